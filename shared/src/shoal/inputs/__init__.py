"""Strict models of input from users and producers, and their errors in plain words."""

from shoal.inputs.errors import field_of, fix_of, message_of
from shoal.inputs.models import ShortText, Strict, with_examples

__all__ = ["ShortText", "Strict", "field_of", "fix_of", "message_of", "with_examples"]
