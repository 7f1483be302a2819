"""The desk in a real browser, served as `surveil dashboard` serves it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from surveil import desk
from surveil.alerts.people import SYSTEM, Role
from surveil.config import Workspace
from tests.dashboard import firm
from tests.dashboard.acts import NOTE
from tests.dashboard.browsing import WAIT_MS, serious, settled, sign_in
from tests.dashboard.conftest import free_port, serving

playwright = pytest.importorskip(
    "playwright.sync_api", reason="the Python package playwright is not installed"
)
pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
playwright.expect.set_options(timeout=60_000)


@pytest.fixture
def screen(page: Any, served: str) -> Iterator[Any]:
    """A page that has noted every address it asked for."""
    page.set_default_timeout(WAIT_MS)
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    yield page
    elsewhere = [
        url
        for url in page.asked
        if not url.startswith((served, served.replace("http", "ws"), "data:", "blob:"))
    ]
    assert not elsewhere, "the desk asked for something from elsewhere"


def test_an_officer_finds_an_alert_decides_it_with_a_note_and_reads_it_in_the_history(
    screen: Any, served: str
) -> None:
    sign_in(screen, f"{served}/?view=everything&severity=critical")
    playwright.expect(screen.get_by_text("Everything: 1 alert about 1 subject")).to_be_visible()
    assert "severity=critical" in screen.url
    settled(screen)
    assert not serious(screen)

    screen.keyboard.press("j")
    screen.wait_for_url("**alert=A-*")
    playwright.expect(screen.get_by_role("link", name="Open", exact=True).first).to_be_focused()
    screen.keyboard.press("Enter")
    playwright.expect(screen.get_by_role("heading", name="Representative R7")).to_be_visible()
    playwright.expect(screen.get_by_role("heading", name="History")).to_be_visible()
    settled(screen)
    assert not serious(screen)
    assert screen.locator("[data-testid=stVegaLiteChart]").count() == 3

    address = screen.url
    screen.keyboard.press("f")
    note = screen.get_by_role("textbox", name="Note: what was looked at")
    note.fill(NOTE)
    screen.get_by_role("button", name="Save the decision").click()
    playwright.expect(screen.get_by_text("The decision was saved.")).to_be_visible()
    history = screen.get_by_role("region", name="Audit trail of this alert, newest first")
    playwright.expect(history).to_contain_text(NOTE)
    playwright.expect(history).to_contain_text("anna")
    playwright.expect(screen.get_by_role("button", name="Approve")).to_be_disabled()

    # Whoever gets the address sees the same, once he has signed in.
    other = screen.context.browser.new_context()
    second = other.new_page()
    second.set_default_timeout(WAIT_MS)
    sign_in(second, address, "bela")
    playwright.expect(second.get_by_role("heading", name="Representative R7")).to_be_visible()
    playwright.expect(second.get_by_role("button", name="Approve")).to_be_enabled()
    other.close()


def test_a_name_that_is_an_attack_loads_nothing_and_stands_there_as_a_name(screen: Any, served: str) -> None:
    sign_in(screen, f"{served}/?view=everything&text=Eve")
    playwright.expect(screen.get_by_role("heading", name=firm.BEACON)).to_be_visible()
    screen.get_by_role("link", name="Open", exact=True).click()
    playwright.expect(screen.get_by_role("heading", name=firm.BEACON, level=1)).to_be_visible()
    settled(screen)
    screen.get_by_role("button", name="Show personal data").click()
    screen.get_by_label("Why do you need to see them?").fill("I have to call this customer today.")
    screen.get_by_role("button", name="Record the reason").click()
    playwright.expect(screen.get_by_text("Personal data are shown. That")).to_be_visible()
    settled(screen)
    assert screen.get_by_text(f"Customer name: {firm.HOSTILE}").count() == 9
    assert screen.locator("[src*=':9/'], [href*=':9/']").count() == 0


def test_keys_do_nothing_while_somebody_writes(screen: Any, served: str) -> None:
    sign_in(screen, f"{served}/?view=everything")
    search = screen.get_by_label("Search")
    search.click()
    screen.keyboard.type("jjo")
    settled(screen)
    assert "alert=" not in screen.url
    assert search.input_value() == "jjo"


def test_the_sign_in_page_has_no_barrier_and_the_server_forbids_loading_from_elsewhere(
    screen: Any, served: str
) -> None:
    answer = screen.goto(served)
    screen.get_by_label("Name").wait_for()
    assert "img-src 'self' data: blob:" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"
    settled(screen)
    assert not serious(screen)


def test_a_supervisor_is_not_led_to_pages_that_are_closed_to_him(page: Any, workspace: Workspace) -> None:
    store = desk.open_desk(workspace)
    desk.create_user(store, SYSTEM, "sue", Role.SUPERVISOR, firm.RECORDED, password=firm.PASSWORD)
    store.close()
    with serving(workspace.path, free_port()) as address:
        sign_in(page, address, "sue")
        sidebar = page.get_by_test_id("stSidebarNav")
        playwright.expect(sidebar.get_by_role("link", name="Overview")).to_be_visible()
        for closed in ("Quality", "Regulators' letters"):
            assert sidebar.get_by_role("link", name=closed).count() == 0
