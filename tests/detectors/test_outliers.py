"""How unusual somebody is: by himself, whoever else is in the file, and whatever is constant, equal or not known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from surveil.detectors.outliers.traits import TRAITS, OutlierParameters, distances

pytest.importorskip("pyod")
PARAMETERS = OutlierParameters()


def people(rows: int, seed: int = 1) -> pd.DataFrame:
    scores = np.maximum(np.random.default_rng(seed).standard_normal((rows, len(TRAITS))), 0)
    return pd.DataFrame(scores, columns=list(TRAITS), index=[f"r{i}" for i in range(rows)])


def test_who_else_is_in_the_file_changes_nobody_s_score() -> None:
    everybody = people(60)
    everybody.iloc[:20, 0] = 9.0
    among = distances(everybody, PARAMETERS)
    for some in (everybody.iloc[:1], everybody.iloc[5:30], everybody.iloc[::-1]):
        pd.testing.assert_series_equal(distances(some, PARAMETERS), among[some.index])


def test_many_who_do_the_same_are_not_each_other_s_ordinary_neighbours() -> None:
    everybody = people(60)
    everybody.iloc[:20, [0, 5]] = 6.0
    order = distances(everybody, PARAMETERS).sort_values(ascending=False)
    assert set(order.index[:20]) == {f"r{i}" for i in range(20)}


def test_a_trait_that_is_constant_equal_or_not_known_is_no_harm() -> None:
    everybody = people(30)
    untested = everybody.drop(columns="together")
    zero = everybody.assign(together=0.0)
    missing = everybody.assign(together=np.nan)
    for features in (untested, missing):
        pd.testing.assert_series_equal(distances(features, PARAMETERS), distances(zero, PARAMETERS))
    twins = pd.concat([everybody.iloc[:1], everybody.iloc[:1].set_axis(["twin"])])
    assert distances(twins, PARAMETERS).nunique() == 1
    assert np.isfinite(distances(everybody * 0.0, PARAMETERS)).all()


def test_more_of_a_trait_and_more_traits_are_more_unusual() -> None:
    few = pd.DataFrame(0.0, columns=list(TRAITS), index=["none", "some", "more", "several"])
    few.loc["some", "no_contact"] = 3.0
    few.loc["more", "no_contact"] = 6.0
    few.loc["several", ["no_contact", "odd_hour", "recorded_late"]] = 6.0
    assert distances(few, PARAMETERS).is_monotonic_increasing
