"""Qdrant's engine, from a wheel, behind the part of Qdrant's gRPC API that the services use."""
