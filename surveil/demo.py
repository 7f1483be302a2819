"""`surveil demo`: the whole job in one go on a simulated firm, and where to look next."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

from surveil.alerts.people import Role, User
from surveil.config import Workspace
from surveil.desk.opening import open_desk, prepare_desk
from surveil.desk.scans import record_scan
from surveil.errors import UsageError
from surveil.feeds.load import load
from surveil.production import signature
from surveil.production.assemble import Channel, Handover, Packed
from surveil.production.package import Order, package
from surveil.reports import write
from surveil.reports.finra.firm_file import FirmFile, ItemEntry
from surveil.reports.finra.letter import LetterPeriod, checked, find_letter, read_yaml
from surveil.reports.making import Options
from surveil.reports.matters import Matter, change, open_matter
from surveil.scan.job import scan
from surveil.scan.render import scan_summary
from surveil.scoreboard import scoreboard
from surveil.simulate import simulate
from surveil.store.verification import verify

REPS, MONTHS, SEED = 120, 15, 2016
LETTER, MATTER, PREFIX, PRINCIPAL = "finra-cross-selling", "2016-SWEEP", "EXS", "R. Roe (made up)"
OFFICER = User("demo-officer", Role.OFFICER, "Demo officer")
"""Who answers the letter: one of the two demo users of the dashboard, so that no user stands in the way of signing in."""
RECEIVED = dt.date(2024, 4, 15)
"""When the letter came, by the days in `demo.yml`."""
ANSWERS = Path(__file__).with_name("demo.yml")
_FIRM = '[firm]\nname = "Example Securities (simulated)"\ncrd_number = "000000"\n'
_MARK = "made-by-surveil-demo"


def run(folder: Path, say: Callable[[str], None]) -> None:
    """Simulate, load, scan, score and answer, all below `folder`; done again, it starts afresh.

    Raises:
        UsageError: the folder holds something that a demo did not make.
    """
    _clear(folder)
    firm = folder / "firm"
    say(f"1/7 Simulating a firm: {REPS} representatives, {MONTHS} months, some of them do wrong")
    simulate(firm, reps=REPS, months=MONTHS, seed=SEED)
    workspace = _workspace(folder / "workspace")
    prepare_desk(workspace)
    say("2/7 Loading its feeds")
    say(load(workspace, firm).render())
    say("3/7 Scanning")
    store = open_desk(workspace)
    try:
        now = dt.datetime.now(dt.UTC)
        result = scan(
            workspace,
            lambda run, drafts: record_scan(store, run, drafts, now),
            from_date=_covered_from(firm),
            progress=say,
        )
        say(scan_summary(result))
        say("4/7 Scoring what was found against the firm's answer key")
        say(scoreboard(workspace, firm / "answers").render())
        say("5/7 Writing the answer to the regulator, names masked")
        _answer_letter(workspace, firm, now)
        files = write(LETTER, workspace, folder / "answer", options=Options(matter=MATTER))
        say("6/7 Making the production that would go out: names shown, numbered, redacted, signed, sealed")
        packed = _produce(workspace, folder / "production", dt.datetime.now(dt.UTC))
        say("7/7 Checking the audit trail")
        checked = verify(store.engine)
    finally:
        store.close()
    trail = (
        "nothing was altered" if checked.ok else "PROBLEMS: " + "; ".join(p.message for p in checked.problems)
    )
    pdf = next((str(file) for file in files if file.suffix == ".pdf"), str(folder / "answer"))
    say(
        f"\nAudit trail: {checked.events} events, {trail}.\n"
        f"The firm's feeds:   {firm}\n"
        f"The workspace:      {workspace.path}\n"
        f"The answer (PDF):   {pdf}\n"
        f"The production:     {packed.kept}\n"
        f"                    (check it as its receiver would: surveil verify {packed.kept})\n"
        f"The review desk:    surveil dashboard --workspace {workspace.path}\n"
        f"                    (then open http://127.0.0.1:8501 in a browser)"
    )


def _workspace(path: Path) -> Workspace:
    """A workspace of a firm that has a name."""
    made = Workspace.init(path)
    with (made.path / "surveil.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + _FIRM)
    return Workspace.open(path)


def _answer_letter(workspace: Workspace, firm: Path, now: dt.datetime) -> None:
    """Open a matter about the letter of October 2016, and say the firm's part in it."""
    today = now.date()
    open_matter(
        workspace,
        OFFICER,
        MATTER,
        find_letter(LETTER),
        now,
        received_on=today,
        due_on=today + dt.timedelta(days=30),
        period=LetterPeriod(first=_covered_from(firm), last=_covered_to(firm)),
        principal=PRINCIPAL,
        control_prefix=PREFIX,
    )
    said = {number: _moved(entry, today) for number, entry in read_answers().items()}

    def answered(matter: Matter) -> Matter:
        return matter.model_copy(update={"items": said})

    change(workspace, OFFICER, MATTER, now, "matter.answered", answered)


def read_answers() -> dict[str, ItemEntry]:
    """What the demo's firm says, with the days of a letter received on `RECEIVED`."""
    return checked(FirmFile, {"items": read_yaml(ANSWERS)}, ANSWERS).items


def _moved(entry: ItemEntry, today: dt.date) -> ItemEntry:
    """An entry with its days moved as far as today is from `RECEIVED`: nobody promises what is over."""
    later = today - RECEIVED
    expected = entry.expected_on and entry.expected_on + later
    searched = entry.searched and entry.searched.model_copy(update={"date": entry.searched.date + later})
    return entry.model_copy(update={"expected_on": expected, "searched": searched})


def _produce(workspace: Workspace, out: Path, now: dt.datetime) -> Packed:
    """The production for an upload, signed with a certificate that nobody has reason to trust."""
    signer = signature.trial_signer(PRINCIPAL, workspace.settings.firm.name, now)
    order = Order(
        MATTER,
        OFFICER,
        Handover(Channel.GATEWAY),
        signer=lambda content: signature.sign(content, signer, name=PRINCIPAL, reason="Response", at=now),
    )
    return package(workspace, order, out, now, lambda _: None)


def _covered_from(firm: Path) -> dt.date:
    """The first day that the firm's transactions cover: its older accounts were taken over from before."""
    return min(_covered(firm, "covers_from"))


def _covered_to(firm: Path) -> dt.date:
    """The last day that they cover."""
    return max(_covered(firm, "covers_to"))


def _covered(firm: Path, which: str) -> list[dt.date]:
    with (firm / "coverage.csv").open(encoding="utf-8", newline="") as file:
        return [
            dt.date.fromisoformat(row[which]) for row in csv.DictReader(file) if row["feed"] == "transactions"
        ]


def _clear(folder: Path) -> None:
    mark = folder / _MARK
    if folder.exists() and any(folder.iterdir()):
        if not mark.is_file():
            raise UsageError(
                f"{folder} holds something that the demo did not make; choose another with --workspace"
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    mark.touch()
