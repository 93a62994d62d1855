"""The doors: guidelines, rules, gold, labels, reviews, metrics, datasets."""
