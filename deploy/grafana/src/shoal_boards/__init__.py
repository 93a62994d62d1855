"""Grafana boards: their sources in YAML, and the JSON that Grafana reads."""
