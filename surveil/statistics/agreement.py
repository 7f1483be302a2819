"""How far two people who judged the same things agree, beyond what chance would give."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Agreement:
    """`observed` and `expected` are shares of `n` pairs; `kappa` is None where it is not defined (no pair, or all
    in one category), `interval` its approximate 95 % interval.
    """

    n: int
    observed: float | None
    expected: float | None
    kappa: float | None
    interval: tuple[float, float] | None


def cohen_kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> Agreement:
    """Cohen's kappa of two raters' categories, with his large-sample standard error.

    Source: J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20
    (1960).
    """
    n = len(pairs)
    if n == 0:
        return Agreement(0, None, None, None, None)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    observed = sum(a == b for a, b in pairs) / n
    expected = sum(first[category] * second[category] for category in first) / n**2
    if math.isclose(expected, 1.0):
        return Agreement(n, observed, expected, None, None)
    kappa = (observed - expected) / (1 - expected)
    error = math.sqrt(observed * (1 - observed) / n) / (1 - expected)
    interval = (max(-1.0, kappa - 1.96 * error), min(1.0, kappa + 1.96 * error))
    return Agreement(n, observed, expected, kappa, interval)
