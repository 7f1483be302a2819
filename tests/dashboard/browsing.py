"""What tests do in a real browser: sign in, wait until a page has settled, and look for barriers."""

from __future__ import annotations

import re
from typing import Any

from dashboard.visits import COOKIE
from tests.dashboard import firm

WAIT_MS = 60_000


def sign_in(page: Any, url: str, name: str = "anna") -> None:
    """Come in with name and password, and land where the address leads."""
    page.set_default_timeout(WAIT_MS)
    page.goto(url)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").first.fill(firm.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out", exact=True).wait_for()


def remembered(page: Any) -> None:
    """Until the browser has the cookie that keeps the sign-in over a reload: it is fetched after the page is drawn."""
    for _ in range(WAIT_MS // 50):
        if any(cookie["name"] == COOKIE for cookie in page.context.cookies()):
            return
        page.wait_for_timeout(50)
    raise AssertionError("the sign-in would not outlast a reload")


def settled(page: Any) -> None:
    """Until nothing is being worked out any more and charts are drawn."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.wait_for_timeout(700)
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")


def visit(page: Any, url: str, heading: str) -> None:
    """To a page by its address, until its heading is there."""
    page.goto(url)
    page.get_by_role("heading", name=re.compile(heading), level=1).first.wait_for()
    settled(page)


def serious(page: Any) -> list[str]:
    """What axe finds that keeps somebody from working here."""
    from axe_playwright_python.sync_playwright import Axe

    return [
        f"{one['id']}: {one['help']} ({one['nodes'][0]['html'][:160]})"
        for one in Axe().run(page).response["violations"]
        if one["impact"] in ("serious", "critical")
    ]
