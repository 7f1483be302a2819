"""Values in the audit trail read back the same, whatever they were."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from surveil.alerts.model import Severity
from surveil.store.plain import canonical, from_canonical, moment_text, plain

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_every_value_has_one_canonical_text_that_reads_back_the_same(value: object) -> None:
    kept = plain(value)
    text = canonical(kept)
    assert from_canonical(text) == kept
    assert canonical(from_canonical(text)) == text
    assert "\x00" not in text


@given(values)
def test_the_quick_way_writes_the_bytes_of_rfc_8785(value: object) -> None:
    kept = plain(value)
    assert canonical(kept).encode() == rfc8785.dumps(kept)


def test_names_beyond_the_basic_plane_are_sorted_as_the_standard_says() -> None:
    kept = {"\uffee": 1, "\U0001f600": 2, "a": 3}
    assert canonical(kept) == '{"a":3,"\U0001f600":2,"\uffee":1}' == rfc8785.dumps(kept).decode()


@given(st.dictionaries(st.text(), st.integers(), min_size=2, max_size=6))
def test_the_order_in_which_fields_were_set_leaves_no_trace(fields: dict[str, int]) -> None:
    assert canonical(plain(fields)) == canonical(plain(dict(reversed(fields.items()))))


@given(st.floats(allow_nan=False))
def test_fractions_are_kept_to_the_last_digit(value: float) -> None:
    assert float(plain(value)) == value


@pytest.mark.parametrize(
    "text",
    ['{"a": 1}', '{"b":1,"a":2}', '{"a":1,"a":1}', "1.50", "NaN", "9007199254740993", '"\\ud800"', "{", ""],
)
def test_text_that_is_not_canonical_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"canonical|Expecting"):
        from_canonical(text)


def test_words_of_the_domain_dates_and_moments_are_kept_as_text() -> None:
    kept = plain({"s": Severity.HIGH, "d": date(2026, 3, 4), "t": (1, 2.5)})
    assert json.loads(canonical(kept)) == {"s": "high", "d": "2026-03-04", "t": [1, "2.5"]}


def test_a_moment_is_written_in_utc_and_one_without_a_zone_is_refused() -> None:
    eastern = timezone(timedelta(hours=-5))
    assert moment_text(datetime(2026, 3, 4, 10, tzinfo=eastern)) == "2026-03-04T15:00:00.000000Z"
    assert moment_text(datetime(2026, 3, 4, 15, tzinfo=UTC)) == "2026-03-04T15:00:00.000000Z"
    with pytest.raises(ValueError, match="zone"):
        moment_text(datetime(2026, 3, 4))


def test_a_value_with_no_agreed_form_is_refused_rather_than_guessed() -> None:
    with pytest.raises(TypeError, match="audit trail"):
        plain({"x": object()})
