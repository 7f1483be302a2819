"""The benchmark of bursts: the same firms every time, and the measure that surveil uses is worth its trouble."""

from __future__ import annotations

import numpy as np

from bench.bursts import BURSTS, firm, precision


def test_a_firm_is_the_same_for_the_same_seed() -> None:
    one, other = firm(3, 0.5, 4.0), firm(3, 0.5, 4.0)
    assert np.array_equal(one.counts, other.counts)
    assert one.bad.sum() == BURSTS


def test_bursts_are_found_better_than_by_looking_at_the_largest_days() -> None:
    naive_day, naive_week, scan = precision(3, 0.5, 4.0).values()
    assert np.mean(scan) > max(np.mean(naive_day), np.mean(naive_week))
