"""Makes the pictures in this folder: every page of the review desk at 1,100 and 1,920 pixels, from a scanned workspace.

    python docs/screens/make.py demo/workspace            (all of them)
    python docs/screens/make.py demo/workspace team case  (some)

The workspace is copied, people are added to the copy and some work is done in it, so that no page is empty.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from PIL import Image  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

import bootstrap  # noqa: E402
from surveil import desk  # noqa: E402
from surveil.alerts.cases import Channel, ClockKind, TaskState  # noqa: E402
from surveil.alerts.dispositions import Disposition  # noqa: E402
from surveil.alerts.model import Severity  # noqa: E402
from surveil.alerts.people import SYSTEM, Role, User  # noqa: E402
from surveil.alerts.suppression import Scope  # noqa: E402
from surveil.config import Workspace  # noqa: E402
from surveil.desk.quality import draw_sample  # noqa: E402
from surveil.desk.thresholds import propose_threshold  # noqa: E402
from tests.dashboard import firm  # noqa: E402
from tests.dashboard.browsing import settled, sign_in  # noqa: E402
from tests.dashboard.conftest import free_port, serving  # noqa: E402

WIDTHS = {"": 1100, "-wide": 1920}
TALLEST = 1500
COLOURS = 96
ANNA, BELA = User("anna", Role.OFFICER), User("bela", Role.OFFICER)
NOTE = "Paper consents found in the archive for all openings of the month."


def main(workspace: Path, wanted: list[str]) -> None:
    """Prepare a copy, serve it, and take the pictures wanted, or all."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(workspace, Path(folder) / "workspace"))
        addresses = prepare(Workspace.open(copy))
        flags = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        with serving(copy, free_port()) as served, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=bootstrap.find_chromium(), args=flags)
            for suffix, width in WIDTHS.items():
                for user, pages in addresses.items():
                    some = {name: page for name, page in pages.items() if not wanted or name in wanted}
                    if some:
                        take(browser, served, user, some, width, suffix)
            browser.close()


def prepare(workspace: Workspace) -> dict[str, dict[str, str]]:
    """People and some work in the workspace; returns user → name of the picture → address."""
    desk.prepare_desk(workspace)
    store, now = desk.open_desk(workspace), datetime.now(UTC)
    today = store.calendar.day(now)
    for name, role in (
        ("anna", Role.OFFICER),
        ("bela", Role.OFFICER),
        ("sue", Role.SUPERVISOR),
        ("adam", Role.ADMINISTRATOR),
    ):
        desk.create_user(
            store, SYSTEM, name, role, now, display_name=name.capitalize(), password=firm.PASSWORD
        )
    with store.read() as session:
        alerts = desk.alerts(session, ANNA)
        branches = desk.choices(session, ANNA, "branch_id")
    desk.set_scope(store, SYSTEM, "sue", now, branches=branches[:4])
    first = next(alert for alert in alerts if alert.rep_id and alert.severity is Severity.CRITICAL)
    his = [alert for alert in alerts if alert.rep_id == first.rep_id]
    case_id = desk.open_case(
        store, ANNA, f"Openings by {first.rep_id}", [a.alert_id for a in his[:3]], now, "unauthorized", today
    )
    desk.start_clock(store, ANNA, case_id, ClockKind.RULE_4530_EVENT, today - timedelta(days=5),
                     "The branch manager told of signatures that look alike.", now)  # fmt: skip
    desk.ask_customer(store, ANNA, case_id, "C000001", Channel.PHONE, "account", now)
    with store.read() as session:
        step = desk.case_view(session, ANNA, case_id).tasks[0]
    desk.settle_task(
        store, ANNA, step.task_id, TaskState.DONE, "Openings were stopped in the core system.", now
    )
    others = [alert for alert in alerts if alert.rep_id != first.rep_id]
    mild = [alert for alert in others if alert.severity.rank < Severity.HIGH.rank]
    ends = (
        Disposition.FALSE_POSITIVE_EXPLAINED,
        Disposition.USEFUL_NO_BREACH,
        Disposition.CONFIRMED_UNAUTHORIZED,
    )
    for number, alert in enumerate(mild[:6]):
        user = (ANNA, BELA)[number % 2]
        desk.decide(store, user, alert.alert_id, ends[number % 3], NOTE, now, alert.row_version)
    severe = [alert for alert in others if alert.severity.rank >= Severity.HIGH.rank]
    desk.decide(
        store, BELA, severe[0].alert_id, Disposition.CONFIRMED_UNAUTHORIZED, NOTE, now, severe[0].row_version
    )
    desk.take(store, ANNA, severe[1].alert_id, now)
    desk.propose_suppression(store, BELA, mild[7].alert_id, Scope.SUBJECT, today + timedelta(days=60),
                             "Student branch: they enrol in autumn; checked with the school.", now)  # fmt: skip
    propose_threshold(store, BELA, workspace, "UA01", "grace_days", 9, "Paper consents travel for a week here.",
                      "On the last run three alerts fewer, none of them confirmed.", now)  # fmt: skip
    draw_sample(
        store, ANNA, workspace, today - timedelta(days=30), today, {"closed": 5, "below_line": 3}, 1, now
    )
    store.close()
    officer = {
        "queue": "", "alert": f"alert?alert={first.alert_id}", "cases": "cases", "case": f"case?case={case_id}",
        "calendar": "calendar", "overview": "overview", "quality": "quality", "approvals": "approvals", "runs": "runs",
        "detectors": "detectors", "audit": "audit", "account": "account",
        "letters": "matters", "letter": "matter?matter=2016-SWEEP&item=12",
    }  # fmt: skip
    return {"": {"sign-in": ""}, "anna": officer, "sue": {"team": "team"}, "adam": {"people": "people"}}


def take(browser: Browser, served: str, user: str, pages: dict[str, str], width: int, suffix: str) -> None:
    """Pictures of one person's pages at one width."""
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="en-US", timezone_id="UTC")
    page = context.new_page()
    page.set_default_timeout(120_000)
    if user:
        sign_in(page, served, user)
    for name, address in pages.items():
        page.goto(f"{served}/{address}")
        page.get_by_role("button", name="Sign out" if user else "Sign in", exact=True).wait_for()
        page.wait_for_timeout(1_000)
        settled(page)
        save(page, HERE / f"{name}{suffix}.png", width)
    context.close()


def save(page: Any, file: Path, width: int) -> None:
    """One picture, as tall as the page up to a limit, with few enough colours to stay small."""
    tall = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(max(tall, 700), TALLEST)})
    page.wait_for_timeout(1_500)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
    page.set_viewport_size({"width": width, "height": 900})
    print(file.name, f"{file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
