"""Records of one person are found again with a slip in them, in any script; different people stay apart."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.matching.__main__ import scores
from surveil.links import LINK_COLUMNS, name_key, same_people
from surveil.links.measure import same_persons

COLUMNS = ["customer_id", "name", "birth_day", "email", "phone", "home"]
ANNA: dict[str, Any] = {
    "name": "Anna Ivanova", "birth_day": 4_000, "email": "anna.iv@mail.example", "phone": "+12125550147",
    "home": "12 elm st|10001",
}  # fmt: skip


def people(*records: dict[str, Any]) -> pd.DataFrame:
    rows = [{"customer_id": f"c{i}", **record} for i, record in enumerate(records)]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"birth_day": "Int64"})


def pairs(*records: dict[str, Any]) -> list[tuple[str, str]]:
    found = same_people(people(*records))
    return list(zip(found["one"], found["other"], strict=True))


@pytest.mark.parametrize(
    "slip",
    [
        {"name": "Ivanova Anna"},
        {"name": "Анна Иванова"},
        {"name": "Anna Ivanowa", "phone": None},
        {"name": "Ana Ivanova", "email": "ana.iv@mail.example"},
        {"birth_day": 4_001},
        {"phone": "+12125550174", "email": None},
        {"email": None, "phone": None},
        {"name": None},
        {"home": "9 oak ave|90210", "phone": None, "email": None},
    ],
)
def test_a_record_with_a_slip_is_the_same_person(slip: dict[str, Any]) -> None:
    assert pairs(ANNA, ANNA | slip) == [("c0", "c1")]


@pytest.mark.parametrize(
    "another",
    [
        {
            "name": "Boris Ivanov",
            "birth_day": 3_000,
            "email": "boris@mail.example",
        },  # husband: a home and a phone
        {"name": "Vera Ivanova", "birth_day": 13_000, "email": None},  # daughter
        {
            "birth_day": 9_000,
            "email": "other@mail.example",
            "phone": None,
            "home": "9 oak ave|90210",
        },  # namesake
        {"name": "Carla Gomez", "email": None, "phone": None, "home": None},  # born on the same day
        {"name": None, "birth_day": None, "email": None, "home": None},  # a number alone
    ],
)
def test_somebody_else_is_not(another: dict[str, Any]) -> None:
    assert pairs(ANNA, ANNA | another) == []


def test_names_are_compared_in_any_script() -> None:
    assert name_key("Иванова, Анна") == name_key("ANNA IVANOVA") == "anna ivanova"
    assert name_key("Søren Łukasz Müller") == "lukasz muller soren"
    assert name_key("Νίκος Παππάς") == "nikos pappas"
    assert name_key("李 小龍") == "小龍 李"


def test_a_hub_is_not_compared() -> None:
    desk = [{**ANNA, "name": f"N{i}", "birth_day": i * 400, "email": None, "home": None} for i in range(300)]
    assert pairs(*desk) == []


def test_records_of_one_person_tie_their_accounts() -> None:
    owners = pd.DataFrame(
        {
            "account_id": ["a", "b", "x"], "rep_id": ["r1", "r1", "r2"], "customer_id": ["c1", "c0", "c2"],
            "household": ["h1", "h0", "h2"],
        }
    )  # fmt: skip
    tied = same_persons(people(ANNA, ANNA | {"name": "Anna Iwanowa"}, {"name": "Zoe"}), owners)
    assert tied["account_id"].tolist() == ["a", "b"]
    assert set(tied["value"]) == {"c0"}
    assert tied["households"].tolist() == [2, 2]
    assert set(LINK_COLUMNS) <= set(tied.columns)
    assert same_persons(people(ANNA), owners).empty


TEXTS = st.none() | st.text(max_size=10)


@settings(max_examples=50)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "name": TEXTS, "birth_day": st.none() | st.integers(-50_000, 30_000), "email": TEXTS, "phone": TEXTS,
                "home": TEXTS,
            }
        ),
        max_size=6,
    ),
    st.integers(0, 99),
)  # fmt: skip
def test_any_text_and_any_order_give_the_same_pairs(records: list[dict[str, Any]], seed: int) -> None:
    rows = people(*records)
    found = same_people(rows)
    mixed = same_people(rows.sample(frac=1, random_state=seed) if len(rows) else rows)
    pd.testing.assert_frame_equal(found, mixed)
    assert (found["one"] < found["other"]).all()


def test_the_bench_counts_pairs() -> None:
    records = pd.DataFrame(
        {
            "unique_id": [1, 2, 3], "first_name": ["Anna", "Anna", "Bo"], "surname": ["Ivanova", "Iwanova", "Berg"],
            "dob": ["1980-12-14", "1980-12-14", "1960-01-01"], "city": "Riga",
            "email": ["a@x.example", "a@x.example", "b@x.example"], "cluster": [0, 0, 1],
        }
    )  # fmt: skip
    assert scores(records).set_index("evidence").loc[2.0].tolist() == [1.0, 1.0, 1.0]
