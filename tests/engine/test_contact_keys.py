"""The same contact is recognised however it was typed, and different ones are kept apart."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveil.engine import contact_keys as module
from surveil.engine.contact_keys import (
    _NORTH_AMERICAN,
    address_keys,
    any_address_keys,
    any_email_keys,
    any_email_stems,
    any_phone_keys,
    contact_keys,
    email_keys,
    email_stems,
    phone_keys,
    write_contact_keys,
)


def one(keys: pd.Series) -> str | None:
    value = keys.iloc[0]
    return None if pd.isna(value) else str(value)


@pytest.mark.parametrize(
    ("typed", "also"),
    [
        ("12 North Elm Street, Apt. 4", "12 n elm st #4".replace("#", "unit ")),
        ("12 Elm St.", "12  ELM   street"),
        ("Hauptstraße 5", "HAUPTSTR. 5"),
        ("Große Straße 7", "grosse str 7"),
        ("улица Ленина, д. 5, кв. 7", "УЛ ЛЕНИНА Д 5 КВ 7"),
        ("１２ Elm St", "12 elm st"),
    ],
)
def test_an_address_is_known_again(typed: str, also: str) -> None:
    assert one(address_keys(pd.Series([typed]))) == one(address_keys(pd.Series([also])))


@pytest.mark.parametrize(
    ("one_line", "other"), [("12 Elm St", "21 Elm St"), ("1 C St", "1 D St"), ("5 Elm St Apt 1", "5 Elm St Apt 2")]
)  # fmt: skip
def test_neighbours_stay_apart(one_line: str, other: str) -> None:
    assert one(address_keys(pd.Series([one_line]))) != one(address_keys(pd.Series([other])))


def test_the_stem_of_an_address_is_without_count_and_marks() -> None:
    typed = [
        "john.smith7@mail.example",
        "JOHN_SMITH-12@mail.example",
        "johnsmith@mail.example",
        "7@mail.example",
    ]
    stems = email_stems(email_keys(pd.Series(typed)))
    assert stems[:3].tolist() == ["johnsmith@mail.example"] * 3
    assert pd.isna(stems[3])


def test_phones_are_known_again_in_any_writing() -> None:
    typed = pd.Series(["(212) 555-0147", "+1 212 555 0147", "212.555.0147", "٢١٢٥٥٥٠١٤٧", "none"])
    assert phone_keys(typed, "US").tolist()[:4] == ["+12125550147"] * 4
    assert pd.isna(phone_keys(typed, "US")[4])


addresses = st.one_of(
    st.from_regex(r"[ -~]{0,12}@[ -~]{0,12}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9._+-]{1,12}@(GMAIL|gmail|googlemail|inbox)\.com", fullmatch=True),
    st.text(st.sampled_from("aA.+@-_7 İé７\n\x1f"), max_size=12),
    st.text(max_size=12),
)


@settings(max_examples=400)
@given(st.lists(addresses, max_size=8))
def test_addresses_that_are_read_the_short_way_are_read_as_any_other(typed: list[str]) -> None:
    raw = pd.Series(typed, dtype="string").set_axis(range(5, 5 + len(typed)))
    keys = any_email_keys(raw)
    pd.testing.assert_series_equal(email_keys(raw), keys, check_names=False)
    pd.testing.assert_series_equal(email_stems(keys), any_email_stems(keys), check_names=False)


lines = st.one_of(
    st.from_regex(r"[ -~]{0,20}", fullmatch=True),
    st.lists(st.sampled_from(["12", "Elm", "Street", "Hauptstrasse", "APT", "#4", "_", ",", "Straße"])).map(
        " ".join
    ),
    st.text(max_size=12),
)


@settings(max_examples=400)
@given(st.lists(lines, max_size=8))
def test_lines_that_are_read_the_short_way_are_read_as_any_other(typed: list[str]) -> None:
    raw = pd.Series([*typed, None], dtype="string")
    pd.testing.assert_series_equal(address_keys(raw), any_address_keys(raw), check_names=False)


@settings(max_examples=400)
@given(st.one_of(st.from_regex(_NORTH_AMERICAN, fullmatch=True), st.text("0123456789+-(). \n", max_size=14)))
def test_any_number_is_read_the_short_way_as_the_long_way(typed: str) -> None:
    raw = pd.Series([typed, None], dtype="string")
    pd.testing.assert_series_equal(phone_keys(raw, "US"), any_phone_keys(raw, "US"), check_names=False)


@settings(max_examples=400)
@given(st.from_regex(_NORTH_AMERICAN, fullmatch=True).filter(lambda typed: not typed.endswith("\n")))
def test_a_number_that_is_read_the_short_way_is_read_as_the_library_reads_it(typed: str) -> None:
    number = phonenumbers.parse(typed, "US")
    expected = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    assert one(phone_keys(pd.Series([typed]), "US")) == expected
    with_seven = phonenumbers.parse(typed, "LV")
    as_latvian = phonenumbers.format_number(with_seven, phonenumbers.PhoneNumberFormat.E164)
    assert one(phone_keys(pd.Series([typed]), "LV")) == as_latvian, (
        "elsewhere the same digits are another number"
    )


def test_keys_of_many_batches_are_those_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = {
        "email": ["a.b@gmail.com", "x"],
        "phone": ["212-555-0147", "+371 20000000"],
        "address": ["1 Elm St"],
    }
    rows = [(kind, raw) for kind, spellings in typed.items() for raw in spellings]
    pd.DataFrame(rows, columns=["kind", "raw"]).to_parquet(tmp_path / "typed.parquet")
    monkeypatch.setattr(module, "_BATCH", 1)
    write_contact_keys(tmp_path / "typed.parquet", tmp_path / "keys.parquet", "US")
    keys = pd.read_parquet(tmp_path / "keys.parquet")
    assert keys["key"].tolist() == ["ab@gmail.com", "+12125550147", "+37120000000", "1 elm st"]
    assert keys["stem"].notna().tolist() == [True, False, False, False]
    pd.DataFrame(columns=["kind", "raw"], dtype="string").to_parquet(tmp_path / "typed.parquet")
    write_contact_keys(tmp_path / "typed.parquet", tmp_path / "keys.parquet", "US")
    assert pd.read_parquet(tmp_path / "keys.parquet").empty


@given(st.lists(st.text(max_size=30), max_size=6))
def test_any_text_has_a_key_or_none(texts: list[str]) -> None:
    raw = pd.Series(sorted(set(texts)), dtype="string")
    made = pd.concat([contact_keys(kind, raw, "US") for kind in ("email", "phone", "address")])
    assert not made.duplicated(["kind", "raw"]).any()
    assert (made["key"].str.len() > 0).all()
    lines = made[made["kind"] == "address"]
    again = address_keys(lines["key"].reset_index(drop=True))
    assert again.tolist() == lines["key"].tolist(), "a key is its own key"
