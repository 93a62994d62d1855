"""Documents derived from the contracts: golden schemas, the AsyncAPI document and their commands."""
