"""Answers to FINRA's letters: specification, items, composition, paper."""
