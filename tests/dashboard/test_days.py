"""The days of an officer, a supervisor, an auditor and an administrator in a real browser, and no page with a barrier."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from surveil import desk
from surveil.alerts.people import SYSTEM, Role, User
from surveil.config import Workspace
from tests.dashboard import firm
from tests.dashboard.acts import NOTE
from tests.dashboard.browsing import serious, settled, sign_in, visit
from tests.dashboard.conftest import free_port, serving

playwright = pytest.importorskip(
    "playwright.sync_api", reason="the Python package playwright is not installed"
)
pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
playwright.expect.set_options(timeout=60_000)

PAGES = {
    "": "Queue",
    "cases": "Cases",
    "calendar": "Calendar",
    "team": "A branch's people",
    "overview": "Overview",
    "quality": "Quality",
    "approvals": "Held back and thresholds",
    "runs": "What was examined",
    "detectors": "Detectors",
    "audit": "Audit trail",
    "account": "Account and absence",
}


@dataclass(frozen=True)
class Served:
    """A desk with people of every role, where it answers, and what is in it."""

    folder: Path
    address: str
    alerts: dict[str, str]
    case_id: str


@pytest.fixture(scope="module")
def served(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = Path(shutil.copytree(template, tmp_path_factory.mktemp("days") / "workspace"))
    workspace, now = Workspace.open(folder), datetime.now(UTC)
    store = desk.open_desk(workspace)
    for name, role in (("sue", Role.SUPERVISOR), ("adm", Role.ADMINISTRATOR)):
        desk.create_user(store, SYSTEM, name, role, now, password=firm.PASSWORD)
    desk.set_scope(store, SYSTEM, "sue", now, reps=["R7", "R2"])
    alerts = firm.alert_ids(workspace)
    case_id = desk.open_case(
        store, User("bela", Role.OFFICER), "Openings of R4", [alerts["R4 QB01"]], now, "unauthorized"
    )
    store.close()
    with serving(folder, free_port()) as address:
        yield Served(folder, address, alerts, case_id)


def see(page: Any, words: str) -> None:
    playwright.expect(page.get_by_text(words).first).to_be_visible()


def test_an_officers_day(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    see(page, "Mine or nobody's: 8 alerts")
    settled(page)

    # The next one is handed over with one key, and stays where it is over a reload.
    page.keyboard.press("t")
    see(page, "nobody else is given it meanwhile")
    page.wait_for_url("**/alert?alert=*")
    settled(page)
    page.reload()
    playwright.expect(page.get_by_role("heading", name="Representative R7")).to_be_visible()
    settled(page)
    page.keyboard.press("n")
    page.get_by_role("textbox", name="Note").fill("The archive was asked for the paper consents.")
    page.get_by_role("button", name="Save the note").click()
    see(page, "The note was saved.")
    settled(page)

    # A case is opened with it; its steps and its last days are in sight.
    page.get_by_role("button", name="Open a case with this alert").click()
    page.get_by_label("Title of the case").fill("Openings of R7")
    page.get_by_role("button", name="Open the case", exact=True).click()
    see(page, "The case was opened with this alert in it.")

    # Several at once: pick, select, set aside for one reason, and take it back.
    visit(page, f"{served.address}/?view=everything&sort=score&grouped=0", "Queue")
    for words in ("1 alert selected:", "2 alerts selected:"):
        before = page.url
        page.keyboard.press("j")
        page.wait_for_url(lambda url, before=before: url != before)
        settled(page)
        page.keyboard.press("x")
        see(page, words)
        settled(page)
    page.keyboard.press("s")
    page.get_by_role("textbox", name="Why?").fill("Waits for the answer of the archive.")
    page.get_by_role("button", name="Do it to 2 alerts").click()
    see(page, "Done to 2 alerts.")
    settled(page)
    page.keyboard.press("u")
    see(page, "Taken back.")

    # Whoever is sent the address sees the same.
    other = page.context.browser.new_context()
    second = other.new_page()
    sign_in(second, page.url, "bela")
    see(second, "Everything: 8 alerts")
    other.close()


def test_a_stale_page_overwrites_nothing(page: Any, served: Served) -> None:
    sign_in(page, f"{served.address}/alert?alert={served.alerts['R1 QB01']}")
    page.get_by_role("button", name="False alarm").click()
    page.get_by_role("textbox", name="Note: what was looked at").fill(NOTE)
    other = page.context.browser.new_context()
    second = other.new_page()
    sign_in(second, f"{served.address}/alert?alert={served.alerts['R1 QB01']}", "bela")
    second.get_by_role("button", name="Assign to me").click()
    see(second, "The alert is yours.")
    other.close()
    page.get_by_role("button", name="Save the decision").click()
    see(page, "was changed since you opened it")


def test_a_supervisors_day(page: Any, served: Served) -> None:
    sign_in(page, served.address, "sue")
    see(page, "Representative R7")
    settled(page)
    assert page.get_by_text("Representative R4").count() == 0
    visit(page, f"{served.address}/team?rep=R2", "My people")
    page.get_by_role("button", name="Sign the review of the quarter").click()
    page.get_by_role("textbox", name="What was looked at?").fill("All openings and consents of the quarter.")
    page.get_by_role("textbox", name="What was found?").fill("Nothing that asks for more than a talk.")
    page.get_by_role("button", name="Sign", exact=True).click()
    see(page, "Signed; who, whom, what, when and how are kept")
    visit(page, f"{served.address}/team?rep=R2", "My people")
    see(page, "All openings and consents of the quarter.")
    assert not serious(page)

    # What is not his does not exist for him, whatever address he tries.
    visit(page, f"{served.address}/alert?alert={served.alerts['R4 QB01']}", "Alert")
    see(page, f"There is no alert {served.alerts['R4 QB01']}.")
    visit(page, f"{served.address}/case?case={served.case_id}", "Case")
    see(page, f"There is no case {served.case_id}.")


def test_an_auditors_day(page: Any, served: Served) -> None:
    sign_in(page, f"{served.address}/alert?alert={served.alerts['R7 UA01']}", "otto")
    playwright.expect(page.get_by_role("button", name="Escalate")).to_be_disabled()
    settled(page)
    page.get_by_role("button", name="Show personal data").click()
    page.get_by_label("Why do you need to see them?").fill("Tested whether the evidence is complete.")
    page.get_by_role("button", name="Record the reason").click()
    see(page, "Personal data are shown.")
    visit(page, f"{served.address}/case?case={served.case_id}", "Openings of R4")
    playwright.expect(page.get_by_role("button", name="Conclude")).to_be_disabled()
    visit(page, f"{served.address}/audit", "Audit trail")
    page.get_by_role("button", name="Check the whole trail").click()
    see(page, "Verified:")


def test_an_administrator_keeps_people_and_is_told_that_alerts_are_not_his(page: Any, served: Served) -> None:
    sign_in(page, served.address, "adm")
    see(page, "Everybody who may sign in, or once might")
    settled(page)
    assert not serious(page)
    page.goto(f"{served.address}/alert?alert={served.alerts['R7 UA01']}")
    see(page, "they do not see or decide alerts")
    assert page.get_by_text("Representative R7").count() == 0


def test_no_page_has_a_barrier(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    found = {}
    shown = PAGES | {
        f"alert?alert={served.alerts['R7 UA01']}": "Representative R7",
        f"case?case={served.case_id}": "Openings of R4",
    }
    for name, heading in shown.items():
        visit(page, f"{served.address}/{name}", re.escape(heading))
        found[name] = serious(page)
    assert not {name: problems for name, problems in found.items() if problems}


def test_the_page_fits_a_narrow_and_a_wide_screen(page: Any, served: Served) -> None:
    sign_in(page, f"{served.address}/?view=everything")
    for width in (1100, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        settled(page)
        beyond = page.evaluate(
            "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
        )
        assert beyond <= 0, f"at {width} px the page is {beyond} px too wide"


def test_when_a_colleague_leaves_his_work_is_handed_over(page: Any, served: Served) -> None:
    store = desk.open_desk(Workspace.open(served.folder))
    desk.assign(store, User("bela", Role.OFFICER), served.alerts["R1 QB01"], "bela", datetime.now(UTC))
    store.close()
    sign_in(page, f"{served.address}/account")
    see(page, "Who has work in hand, in what you may see")
    settled(page)
    page.get_by_role("button", name="Hand over", exact=True).click()
    for label, name in (("Who leaves?", "bela"), ("Who takes it over?", "anna")):
        page.get_by_role("combobox", name=label).click()
        page.get_by_role("option", name=name, exact=True).click()
    page.get_by_role("textbox", name="Why?").fill("Bela has moved to another firm.")
    page.get_by_role("button", name="Hand all of it over").click()
    see(page, "anna has from bela: 1 alert, 1 case, 0 steps.")
    settled(page)
    assert not serious(page)
    visit(page, f"{served.address}/case?case={served.case_id}", "Openings of R4")
    see(page, "anna")


def test_who_only_reads_hands_nothing_over(page: Any, served: Served) -> None:
    sign_in(page, f"{served.address}/account", "otto")
    settled(page)
    assert page.get_by_text("When somebody leaves").count() == 0
