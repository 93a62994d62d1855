"""The measured parts of docs/selection.md."""

from functools import partial

from tests.bench.document import put_into

put = partial(put_into, "selection.md")
