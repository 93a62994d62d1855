"""Reasons for skipping a task."""

from enum import StrEnum


class SkipCode(StrEnum):
    """The reasons that the annotator's page offers; OTHER is explained in the annotator's words."""

    UNCLEAR_RULE = "unclear_rule"
    UNREADABLE = "unreadable"
    SEVERAL_CLASSES = "several_classes"
    NOT_MY_FIELD = "not_my_field"
    OTHER = "other"
