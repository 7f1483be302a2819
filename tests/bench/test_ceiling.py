"""The supervised ceiling: it learns from other firms, and is scored beside what needs no labels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench.ceiling.__main__ import main
from bench.ceiling.accounts import RIVALS, compared

pytest.importorskip("sklearn", reason="the ceiling is scikit-learn's")


def firm(seed: int) -> pd.DataFrame:
    """Accounts whose one telling sign only labels can teach: surveil's score and the counts see noise."""
    random = np.random.default_rng(seed)
    bad = random.random(2000) < 0.03
    noise = {name: random.random(2000) for name in RIVALS[:-1]}
    told = np.where(random.random(2000) < 0.1, np.nan, bad + 0.3 * random.standard_normal(2000))
    return pd.DataFrame({"bad": bad, **noise, "x told": told, "x idle": random.random(2000)})


def test_the_ceiling_learns_from_the_other_firms() -> None:
    found = compared({seed: firm(seed) for seed in (1, 2, 3)})
    assert found.index.tolist() == [1, 2, 3]
    assert tuple(found.columns) == RIVALS
    assert (found["supervised ceiling"] > 0.5).all()
    assert (found["surveil"] < 0.2).all()


def test_one_firm_teaches_nothing_about_others(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--seeds", "7"])
    assert "two at least" in capsys.readouterr().err
