"""Consensus on answers that are not one class: one file for each shape of answer."""
