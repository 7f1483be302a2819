"""What the demo's firm says fits the letter: nothing waits for its words, and nobody can take them for a real firm's."""

from __future__ import annotations

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


def test_who_answers_in_the_demo_can_sign_in_to_it() -> None:
    assert demo.OFFICER in DEMO_USERS.values()
