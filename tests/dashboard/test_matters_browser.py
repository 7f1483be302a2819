"""A regulator's letter answered in a real browser: an item written, a document put in, nobody's text lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from surveil.alerts.people import Role, User
from surveil.config import Workspace
from surveil.reports.finra.letter import find_letter
from surveil.reports.matters import open_matter, read_checked
from surveil.reports.matters.editing import Opened, Written, rewrite
from tests.dashboard import firm
from tests.dashboard.browsing import serious, settled, sign_in
from tests.dashboard.conftest import free_port, serving

playwright = pytest.importorskip(
    "playwright.sync_api", reason="the Python package playwright is not installed"
)
pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
playwright.expect.set_options(timeout=60_000)

ANNA, BELA = User("anna", Role.OFFICER), User("bela", Role.OFFICER)
NOW = datetime.now(UTC)
MATTER = "2016-sweep"


@pytest.fixture
def answering(template: Path, tmp_path: Path) -> Iterator[tuple[Workspace, str]]:
    """A workspace with a matter, and the address of its desk."""
    workspace = Workspace.open(shutil.copytree(template, tmp_path / "workspace"))
    letter = find_letter("finra-cross-selling", workspace)
    open_matter(
        workspace, ANNA, MATTER, letter, NOW, received_on=date(2016, 10, 25), due_on=date(2016, 11, 15)
    )
    with serving(workspace.path, free_port()) as address:
        yield workspace, address


def test_an_item_is_written_a_document_put_in_and_a_faster_colleague_is_not_overwritten(
    page: Any, answering: tuple[Workspace, str], tmp_path: Path
) -> None:
    workspace, address = answering
    # Tall enough for the form of a document: it grows once a file is chosen, and may not be moved then.
    page.set_viewport_size({"width": 1440, "height": 1600})
    sign_in(page, address)
    page.get_by_role("link", name="Regulators' letters").click()
    page.get_by_role("heading", name=f"{MATTER} ·").wait_for()
    settled(page)
    assert not serious(page)
    page.get_by_role("link", name="Open", exact=True).click()
    page.get_by_role("link", name="12", exact=True).click()
    page.get_by_role("heading", name="12. Marketing and advertising").wait_for()
    settled(page)
    assert not serious(page)

    page.get_by_label("The firm's account").fill(f"Leaflets of May. {firm.HOSTILE}")
    page.get_by_role("button", name="Save the item").click()
    playwright.expect(page.get_by_text("Item 12 was saved.")).to_be_visible()
    assert read_checked(workspace, MATTER).entry("12").narrative == f"Leaflets of May. {firm.HOSTILE}"

    (tmp_path / "leaflet.txt").write_text("Two cards for one.", encoding="utf-8")
    page.get_by_role("button", name="Add a document").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "leaflet.txt")
    page.get_by_text("leaflet.txt").wait_for()
    page.get_by_label("Its title in the answer").fill("Leaflet of May")
    page.get_by_role("button", name="Put it in").click()
    playwright.expect(page.get_by_text("The document was put in.")).to_be_visible()
    (document,) = read_checked(workspace, MATTER).entry("12").attachments
    assert document.title == "Leaflet of May"

    # What is typed and not yet saved when a colleague saves is still there afterwards, and his text too.
    settled(page)
    page.get_by_label("The firm's account").fill("What Anna is writing.")
    seen = read_checked(workspace, MATTER).entry("12")
    rewrite(Opened(workspace, BELA, MATTER, "12", seen), Written(narrative="What Bela wrote."), NOW)
    save, refused = page.get_by_role("button", name="Save the item"), page.get_by_text("nothing was saved")
    save.click()
    try:
        playwright.expect(refused).to_be_visible(timeout=20_000)
    except AssertionError:  # on a busy machine a click can fall into a run of the page, and is lost
        save.click()
    playwright.expect(refused).to_be_visible()
    playwright.expect(page.get_by_text("bela changed this item")).to_be_visible()
    assert page.get_by_label("The firm's account").input_value() == "What Anna is writing."
    assert read_checked(workspace, MATTER).entry("12").narrative == "What Bela wrote."
    settled(page)
    assert not serious(page)
