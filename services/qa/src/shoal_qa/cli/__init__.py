"""`shoal qa`: guidelines, gold, labels and dataset versions of a running service; quality of votes over files."""

from shoal_qa.cli.agreement import agreement
from shoal_qa.cli.annotators import annotators
from shoal_qa.cli.consensus import consensus
from shoal_qa.cli.label_errors import label_errors
from shoal_qa.cli.service import app
from shoal_qa.cli.simulate_votes import simulate_votes

app.command()(consensus)
app.command()(agreement)
app.command()(annotators)
app.command("simulate-votes")(simulate_votes)
app.command("label-errors")(label_errors)

__all__ = ["app"]
