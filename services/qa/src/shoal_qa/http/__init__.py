"""The HTTP API: guidelines, rules, gold, labels, reviews, metrics, datasets."""
