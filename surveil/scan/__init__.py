"""One run: measure, decide, join the evidence on each representative, rank, group into alerts, say what was not seen."""
