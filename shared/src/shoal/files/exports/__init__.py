"""Exports of annotation tools, read as votes: the columns task, worker, label, seconds and at."""

from shoal.files.exports.fields import VoteFields
from shoal.files.exports.opening import VotesSource, open_votes

__all__ = ["VoteFields", "VotesSource", "open_votes"]
