"""Bodies of inferences as producers send them, parsed and checked."""
