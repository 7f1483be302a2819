"""Make customers whole: what each is owed and how it was computed, four eyes on every payment, a ledger that adds up."""
