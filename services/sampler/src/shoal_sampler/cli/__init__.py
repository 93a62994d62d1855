"""`shoal sampler`: campaigns of a running service; choosing, simulating and duplicates over files."""

from shoal_sampler.cli.duplicates import duplicates
from shoal_sampler.cli.select import select_rows
from shoal_sampler.cli.service import app
from shoal_sampler.cli.simulate import simulate

app.command("select")(select_rows)
app.command()(simulate)
app.command()(duplicates)

__all__ = ["app"]
