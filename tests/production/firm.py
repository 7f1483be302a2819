"""A small firm whose letter is answered, scanned and decided, for productions to be made of."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pandas as pd
import pytest

from surveil import desk
from surveil.alerts.alert import Source
from surveil.alerts.dispositions import Disposition
from surveil.alerts.model import AlertDraft, Family, Severity, SubjectType
from surveil.alerts.people import SYSTEM, Role, User
from surveil.config import Workspace
from surveil.feeds.load import load
from surveil.production.assemble import Channel, Handover, Packed
from surveil.production.package import Order, package
from surveil.reports.finra.firm_file import ItemEntry
from surveil.reports.finra.letter import LetterPeriod, WithheldDocument, find_letter
from surveil.reports.matters import change, open_matter
from surveil.reports.matters.keeping import put_attachment
from surveil.scan.job import scan
from tests.production.support import FEEDS

NOW = dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC)
MATTER = "2016-SWEEP"
OLGA, OTTO = User("olga", Role.OFFICER), User("otto", Role.OFFICER)
NOTE = "The customer was called and had not asked for it."
GATEWAY = Handover(Channel.GATEWAY)
MEMO = (
    "Memo to all branches.\n\nOn 3 May a SAR was filed on a customer.\n\nHeard from Tattle Tale-Secretname.\n"
)


def scanned(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A scanned workspace with a confirmed alert, a whistle-blower's report and a matter whose items are all answered."""
    folder = tmp_path_factory.mktemp("firm")
    for name, content in FEEDS.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    made = Workspace.init(tmp_path_factory.mktemp("work"))
    load(made, folder)
    desk.prepare_desk(made)
    store = desk.open_desk(made)
    draft = AlertDraft(
        "UA01", "1", Family.UNAUTHORIZED, "T02", Severity.HIGH, 0.9, SubjectType.REP, "R1", "None.", 1, "R1"
    )
    ids: dict[str, str] = {}

    def keep(run, drafts):
        ids.update(desk.record_scan(store, run, [draft], NOW))
        return ids

    result = scan(made, keep, detector_ids=["UA01"])
    (alert_id,) = ids.values()
    row = {"alert_id": alert_id, "detector": "UA01", "feed": "accounts", "key": "A1", "account_id": "A1"}
    pd.DataFrame([row]).to_parquet(result.folder / "findings.parquet")
    for user in (OLGA, OTTO):
        desk.create_user(store, SYSTEM, user.name, user.role, NOW)
    decided = desk.decide(store, OLGA, alert_id, Disposition.CONFIRMED_UNAUTHORIZED, NOTE, NOW, 1)
    desk.approve(store, OTTO, alert_id, NOW, decided.row_version, NOTE)
    what = "A colleague reports made-up accounts."
    told = desk.Report(
        Source.WHISTLE_BLOWER,
        Family.UNAUTHORIZED,
        "T02",
        Severity.HIGH,
        SubjectType.REP,
        "R2",
        what,
        "R2",
        "B1",
    )
    desk.raise_alert(store, OLGA, told, NOW)
    store.close()
    _answer(made, tmp_path_factory.mktemp("memo") / "memo.txt")
    return made


def _answer(workspace: Workspace, memo: Path) -> None:
    open_matter(
        workspace, "olga", MATTER, find_letter("finra-cross-selling", workspace), NOW,
        received_on=NOW.date(), due_on=dt.date(2024, 8, 1), reference="20160512345", principal="R. Roe",
        control_prefix="EXB", period=LetterPeriod(first=dt.date(2024, 1, 1), last=dt.date(2024, 6, 30)),
    )  # fmt: skip
    memo.write_text(MEMO)
    attachment = put_attachment(workspace, MATTER, memo, "Memo")
    rest = {
        "state": "answered_partial",
        "reason": "The rest is being gathered.",
        "expected_on": dt.date(2024, 8, 15),
    }
    advice = WithheldDocument(
        date=dt.date(2024, 5, 2), kind="letter", author="K. Counsel", recipients="B. Board", description="Advice",
        privilege="attorney-client", pages=4,
    )  # fmt: skip
    said = {
        "2": ItemEntry(**rest, attachments=(attachment,)),
        "12": ItemEntry(state="privileged", reason="Advice of outside counsel."),
        "15": ItemEntry(**rest, withheld=(advice,)),
    }

    def edit(matter):
        for item in matter.letter.items:
            matter = matter.with_entry(item.number, said.get(item.number, ItemEntry(**rest)))
        return matter

    change(workspace, "olga", MATTER, NOW, "matter.answered", edit)


def produced(workspace: Workspace, out: Path | None = None, **changes) -> Packed:
    return package(workspace, Order(MATTER, "olga", GATEWAY, **changes), out, NOW, lambda _: None)


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / name).read_text("utf-8"))))


def named(folder: Path, name: str) -> Path:
    """The produced file of what the response calls by this name."""
    (path,) = (
        row["path"]
        for row in rows(folder, "LOGS/production_index.csv")
        if row["name_in_response"].startswith(name)
    )
    return folder / path
