"""Qdrant's engine, from a wheel, behind the part of Qdrant's gRPC interface that services use."""
