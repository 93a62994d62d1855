"""Votes as arrays: tables of votes, their memory order, model predictions as votes, and sums over them."""
