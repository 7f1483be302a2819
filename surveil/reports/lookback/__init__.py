"""The lookback: a proved population, criteria with versions, three classes, samples with exact intervals."""
