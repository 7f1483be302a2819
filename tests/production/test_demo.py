"""What the demo's firm says fits the letter: nothing waits for its words, and nobody can take them for a real firm's."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from dashboard.components.session import DEMO_USERS
from surveil import demo
from surveil.reports.finra.compose import examine
from surveil.reports.finra.firm_file import FirmFile
from surveil.reports.finra.letter import checked, find_letter, read_yaml
from tests.reports.sample import sources


def test_the_demos_firm_says_its_part_in_every_item_and_that_it_is_made_up(tmp_path: Path) -> None:
    letter = find_letter(demo.LETTER)
    said = checked(FirmFile, {"items": read_yaml(demo.ANSWERS), "dated": True}, demo.ANSWERS)
    assert set(said.items) <= {item.number for item in letter.items}
    for one in examine(letter, sources(), said, tmp_path):
        assert not [reason for reason in one.answer.reasons if "outstanding" in reason], one.item.number
    for entry in said.items.values():
        assert not entry.narrative or entry.narrative.startswith("Made-up text of the demo.")


def test_the_demos_firm_promises_nothing_for_a_day_that_is_over() -> None:
    today = dt.date(2031, 1, 2)
    said = [demo._moved(entry, today) for entry in demo.read_answers().values()]
    promised = [entry.expected_on for entry in said if entry.expected_on]
    assert len(promised) == 3
    assert all(today + dt.timedelta(days=30) < day for day in promised)
    assert [entry.searched.date for entry in said if entry.searched] == [today]


def test_who_answers_in_the_demo_can_sign_in_to_it() -> None:
    assert demo.OFFICER in DEMO_USERS.values()
