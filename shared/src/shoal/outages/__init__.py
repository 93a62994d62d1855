"""One rule for errors of PostgreSQL, Qdrant, Kafka and HTTP: to wait, to retry, to halt or to refuse."""

from shoal.outages.actions import Action
from shoal.outages.judging import action_for, error_text

__all__ = ["Action", "action_for", "error_text"]
