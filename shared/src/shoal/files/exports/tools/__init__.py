"""Exports of annotation tools and crowdsourcing markets, one module for each format."""
