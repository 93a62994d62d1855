"""The measured parts of docs/quality.md."""

from functools import partial

from tests.bench.document import put_into

put = partial(put_into, "quality.md")
