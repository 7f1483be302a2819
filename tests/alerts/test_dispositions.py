"""Outcomes tell useful from false alarm, and a note has to say something."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveil.alerts.dispositions import (
    NOTE_MAX_CHARACTERS,
    NOTE_MIN_LETTERS,
    Disposition,
    Outcome,
    checked_note,
)
from surveil.alerts.errors import Unacceptable


def test_every_disposition_has_an_outcome_and_a_label_of_its_own() -> None:
    assert len({disposition.label for disposition in Disposition}) == len(Disposition)
    assert {disposition.outcome for disposition in Disposition} == set(Outcome)


def test_useful_without_breach_is_no_false_alarm() -> None:
    assert Disposition.USEFUL_NO_BREACH.outcome is Outcome.USEFUL
    false_alarms = {d for d in Disposition if d.outcome is Outcome.FALSE_ALARM}
    assert false_alarms == {Disposition.FALSE_POSITIVE_EXPLAINED, Disposition.FALSE_POSITIVE_DATA_ERROR}


@pytest.mark.parametrize(
    "note", ["", " " * 50, "ok", "." * 50, "\u200b" * 50, "\n\t" * 30, "- - - - done - - -"]
)
def test_a_note_that_says_nothing_is_refused(note: str) -> None:
    with pytest.raises(Unacceptable, match="too short"):
        checked_note(note)


@pytest.mark.parametrize(
    "note",
    [
        "Customer confirmed both accounts.",
        "Клиент подтвердил открытие счёта.",
        "客户确认两个账户都是本人到分行开立的。",
    ],
)
def test_a_note_in_any_script_is_taken(note: str) -> None:
    assert checked_note(note) == note


@given(st.text(max_size=200))
def test_a_kept_note_is_composed_trimmed_and_stays_the_same(text: str) -> None:
    try:
        kept = checked_note(text)
    except Unacceptable:
        assert sum(character.isalnum() for character in text) < NOTE_MIN_LETTERS * 4
        return
    assert kept == kept.strip()
    assert unicodedata.is_normalized("NFC", kept)
    assert checked_note(kept) == kept


def test_a_note_longer_than_can_be_read_is_refused_not_cut() -> None:
    with pytest.raises(Unacceptable, match="20001 characters"):
        checked_note("a" * (NOTE_MAX_CHARACTERS + 1))
