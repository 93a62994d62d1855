"""Pools of rows: parts, landmarks, clusters, duplicates and quotas."""
