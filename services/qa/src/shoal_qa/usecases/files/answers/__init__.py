"""Quality of answers that are not single classes."""
