"""Votes as arrays: tables of votes, their order, model predictions as votes, and sums over them."""
