"""The public language of Shoal: every event, every topic. Imports pydantic and the standard library only."""
