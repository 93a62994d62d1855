"""Consensus on answers that are not one class: one file per shape of answer."""
