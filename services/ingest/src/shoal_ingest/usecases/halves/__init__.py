"""Inferences whose request and response arrive separately."""
