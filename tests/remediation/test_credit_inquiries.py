"""Credit reports pulled for accounts in question: each is to be corrected, and what was not is told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from surveil import remediation
from surveil.engine.lint import problems
from surveil.engine.models import parse_file
from surveil.remediation.credit import CreditHarm
from surveil.remediation.job import uncorrected

ON = dt.date(2024, 7, 1)
PULLED = pd.DataFrame(
    {"account_id": ["A1", "A2", "A3"], "customer_id": ["C1", "C2", "C3"], "pulled_day": [19000] * 3}
)


def entry(account: str, confirmed: dt.date | None) -> CreditHarm:
    return CreditHarm(
        reference=account,
        account_id=account,
        customer_id="C",
        reported_on=ON,
        correction_confirmed_on=confirmed,
    )


def test_only_a_confirmed_correction_settles_an_inquiry() -> None:
    told = uncorrected(PULLED, [entry("A1", ON), entry("A2", None)], ON)
    assert told == {
        "A2": "a credit report was pulled on 2022-01-08, and its correction is not confirmed",
        "A3": "a credit report was pulled on 2022-01-08, and the register of credit harm has none",
    }


def test_a_correction_confirmed_later_does_not_count_yet() -> None:
    assert "A1" in uncorrected(PULLED, [entry("A1", ON + dt.timedelta(days=1))], ON)


def test_the_models_keep_to_the_portable_subset() -> None:
    models = parse_file(Path(remediation.__file__).parent / "remediation.sql")
    assert [problems(model) for model in models] == [[], []]
