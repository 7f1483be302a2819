"""Regulators' letters on the screen: items edited by officers, nobody overwritten, what is missing said in words."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components import words
from surveil import desk
from surveil.alerts.people import SYSTEM, Role, User
from surveil.config import Workspace
from surveil.reports.finra.letter import find_letter
from surveil.reports.matters import open_matter, read_checked
from surveil.reports.matters.editing import Opened, Written, changes, rewrite
from tests.dashboard import firm
from tests.dashboard.acts import go, shown, submit
from tests.dashboard.conftest import Desk
from tests.dashboard.test_cases import press

ANNA, BELA = User("anna", Role.OFFICER), User("bela", Role.OFFICER)
NOW = datetime.now(UTC)
MATTER = "2016-sweep"
FIELD = f"item-{MATTER}-2"
TEXT = f"Staff were told at the weekly meeting. {firm.HOSTILE}\nSecond line."


@pytest.fixture
def matter(workspace: Workspace) -> str:
    letter = find_letter("finra-cross-selling", workspace)
    open_matter(
        workspace, ANNA, MATTER, letter, NOW,
        received_on=date(2016, 10, 25), due_on=date(2016, 11, 15), reference=firm.BEACON,
    )  # fmt: skip
    return MATTER


def opened(run_desk: Desk, user: str = "anna", item: str = "2") -> AppTest:
    return go(run_desk(user, matter=MATTER, item=item), "matter")


def said_by(workspace: Workspace, user: User, narrative: str) -> None:
    seen = read_checked(workspace, MATTER).entry("2")
    rewrite(Opened(workspace, user, MATTER, "2", seen), Written(narrative=narrative), NOW)


def test_a_letter_is_entered_and_stands_in_the_list_with_its_day(
    run_desk: Desk, workspace: Workspace
) -> None:
    app = go(run_desk(), "matters")
    assert "No letter is being answered here" in shown(app)
    app.selectbox(key="matter-letter").set_value("finra-uit-rollover")
    app.text_input(key="matter-id").set_value("uit")
    app.date_input(key="matter-due").set_value(date(2030, 1, 31))
    page = shown(press(app, "matter"))
    assert "uit ·" in page
    assert "0 of 4 items" in page
    assert read_checked(workspace, "uit").due == date(2030, 1, 31)


def test_an_item_is_written_on_the_page_and_the_trail_has_it(
    run_desk: Desk, workspace: Workspace, matter: str
) -> None:
    app = opened(run_desk)
    assert "days late" in shown(app)
    app.text_area(key=f"{FIELD}-narrative").set_value(TEXT)
    app.text_input(key=f"{FIELD}-owner").set_value("Legal")
    app.selectbox(key=f"{FIELD}-state").set_value("answered")
    page = shown(submit(app, "Save the item"))
    assert "Item 2 was saved" in page
    entry = read_checked(workspace, MATTER).entry("2")
    assert (entry.narrative, entry.owner, entry.state) == (TEXT, "Legal", "answered")
    assert app.text_area(key=f"{FIELD}-narrative").value == TEXT
    assert "Item answered or changed" in page
    app.text_area(key=f"{FIELD}-narrative").set_value("Shorter.")
    page = shown(submit(app, "Save the item"))
    assert TEXT.split("\n")[0] in page, "what was said before can be read"
    store = desk.open_desk(workspace)
    trail = changes(store, MATTER)
    store.close()
    assert [(one.actor, one.action, tuple(one.items)) for one in trail] == [
        ("anna", "matter.opened", ()), ("anna", "matter.answered", ("2",)), ("anna", "matter.answered", ("2",)),
    ]  # fmt: skip


def test_a_stale_page_overwrites_nothing_and_loses_nothing(
    run_desk: Desk, workspace: Workspace, matter: str
) -> None:
    app = opened(run_desk)
    said_by(workspace, BELA, "What Bela wrote.")
    app.text_area(key=f"{FIELD}-narrative").set_value("What Anna wrote.")
    page = shown(submit(app, "Save the item"))
    assert "Somebody has changed item 2 since you opened it; nothing was saved" in page
    assert "bela changed this item" in page
    assert "What Bela wrote." in page
    assert read_checked(workspace, MATTER).entry("2").narrative == "What Bela wrote."
    assert app.text_area(key=f"{FIELD}-narrative").value == "What Anna wrote."
    app.button(key=f"{FIELD}-mine").click().run()
    assert "Item 2 was saved" in shown(submit(app, "Save the item"))
    assert read_checked(workspace, MATTER).entry("2").narrative == "What Anna wrote."


def test_whoever_was_slower_may_take_what_is_kept(run_desk: Desk, workspace: Workspace, matter: str) -> None:
    app = opened(run_desk)
    said_by(workspace, BELA, "What Bela wrote.")
    app.run()
    app.button(key=f"{FIELD}-take").click().run()
    assert app.text_area(key=f"{FIELD}-narrative").value == "What Bela wrote."
    assert "while you had it open" not in shown(app)


def test_another_item_changed_meanwhile_is_in_nobodys_way(
    run_desk: Desk, workspace: Workspace, matter: str
) -> None:
    app = opened(run_desk, item="12")
    said_by(workspace, BELA, "What Bela wrote.")
    app.text_area(key=f"item-{MATTER}-12-narrative").set_value("Anna on item 12.")
    assert "Item 12 was saved" in shown(submit(app, "Save the item"))
    kept = read_checked(workspace, MATTER)
    assert kept.entry("2").narrative == "What Bela wrote."
    assert kept.entry("12").narrative == "Anna on item 12."


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ("answered", "needs the firm's account or a document"),
        ("answered_partial", "what is missing, and why"),
        ("privileged", "on what ground the item is withheld"),
        ("no_responsive_material", "who searched, what, and on which day"),
    ],
)
def test_what_a_state_lacks_is_said_in_words(run_desk: Desk, matter: str, state: str, message: str) -> None:
    app = opened(run_desk)
    app.selectbox(key=f"{FIELD}-state").set_value(state)
    assert message in shown(submit(app, "Save the item"))
    assert app.selectbox(key=f"{FIELD}-state").value == state


def test_an_item_that_is_withheld_keeps_its_reason_only_and_says_so(
    run_desk: Desk, workspace: Workspace, matter: str
) -> None:
    said_by(workspace, BELA, "What counsel advised.")
    app = opened(run_desk)
    app.selectbox(key=f"{FIELD}-state").set_value("privileged")
    app.text_area(key=f"{FIELD}-reason").set_value("Advice of counsel.")
    assert "only the reason is produced" in shown(submit(app, "Save the item"))
    entry = read_checked(workspace, MATTER).entry("2")
    assert (entry.narrative, entry.reason) == ("", "Advice of counsel.")


def test_an_auditor_reads_and_changes_nothing(run_desk: Desk, workspace: Workspace, matter: str) -> None:
    said_by(workspace, BELA, "What Bela wrote.")
    app = opened(run_desk, "otto")
    page = shown(app)
    assert "What Bela wrote." in page
    assert page.count(words.ITEM_STATE["told"]) == 2, "the list and the item say the same of it"
    assert "Auditors read everything and change nothing" in page
    assert not [button for button in app.button if button.label == "Save the item"]
    for label in ("Add a document", "Enter an extension"):
        assert all(button.disabled for button in app.button if button.label == label)


def test_a_supervisor_has_no_page_of_letters(run_desk: Desk, workspace: Workspace, matter: str) -> None:
    store = desk.open_desk(workspace)
    desk.create_user(store, SYSTEM, "sue", Role.SUPERVISOR, firm.RECORDED, password=firm.PASSWORD)
    store.close()
    app = opened(run_desk, "sue")
    assert "Not allowed" in shown(app)
    assert "Staff" not in shown(app)


def test_more_time_is_entered_with_who_granted_it(run_desk: Desk, workspace: Workspace, matter: str) -> None:
    app = opened(run_desk)
    app.date_input(key="extend-to").set_value(date(2016, 12, 1))
    app.text_input(key="extend-by").set_value("J. Staff, FINRA")
    app.text_area(key="extend-words").set_value("Volume of item 13.")
    page = shown(press(app, "extend"))
    assert "J. Staff, FINRA: Volume of item 13." in page
    assert read_checked(workspace, MATTER).due == date(2016, 12, 1)


def test_who_signs_is_changed_and_a_wrong_number_is_a_sentence(
    run_desk: Desk, workspace: Workspace, matter: str
) -> None:
    app = opened(run_desk)
    app.text_input(key=f"matter-{MATTER}-principal").set_value("R. Roe")
    app.text_input(key=f"matter-{MATTER}-control_prefix").set_value("exb")
    assert "is no beginning of control numbers" in shown(press(app, "particulars"))
    app.text_input(key=f"matter-{MATTER}-control_prefix").set_value("EXB")
    press(app, "particulars")
    kept = read_checked(workspace, MATTER)
    assert (kept.principal, kept.control_prefix, kept.reference) == ("R. Roe", "EXB", firm.BEACON)


def test_a_file_edited_past_surveil_is_shown_as_such(
    run_desk: Desk, workspace: Workspace, matter: str
) -> None:
    file = workspace.path / "matters" / MATTER / "matter.yml"
    file.write_text(file.read_text("utf-8") + "preparer: Somebody\n", encoding="utf-8")
    assert "is not as surveil left it" in shown(opened(run_desk))


def test_a_matter_that_is_not_there_is_a_sentence(run_desk: Desk) -> None:
    assert "There is no matter" in shown(go(run_desk(matter="gone"), "matter"))
    assert "no name for a matter" in shown(go(run_desk(matter="../up"), "matter"))
