"""Matters: kept with the trail, refused when edited past it, answered item by item, finished only when nothing is open."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
from typer.testing import CliRunner

from surveil import desk
from surveil.alerts.errors import NotAllowed
from surveil.alerts.people import SYSTEM, Role
from surveil.cli import app
from surveil.config import Workspace
from surveil.errors import UsageError
from surveil.reports import names, write
from surveil.reports.finra.letter import Records, find_letter
from surveil.reports.making import Options
from surveil.reports.matters import (
    Extension,
    change,
    list_matters,
    open_matter,
    privilege_log,
    produce,
    read_checked,
    record_by_hand,
    withheld,
)
from surveil.reports.matters.answering import Said, answered
from surveil.reports.matters.draft import draft
from surveil.reports.matters.gate import gate
from surveil.store.audit import Event, history

NOW = dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC)
RECEIVED = dt.date(2024, 7, 1)
OWN_LETTER = """\
id: state-inquiry
title: Inquiry of a state regulator
regulator: State Division of Securities
dated: 2024-06-20
due: 2024-07-20
subjects: {rep: [R1]}
items:
  - number: "1"
    title: Accounts opened
    request: List the accounts opened by the representative.
    type: data
    verification: letter
    answer: records
    feeds: [accounts]
    records: {feed: accounts, day: opened_at, columns: [account_id, opened_at, opened_by], subjects: {rep: opened_by}}
  - number: "2"
    title: Complaints
    request: List the complaints.
    type: data
    verification: letter
    answer: records
    feeds: [complaints]
    records: {feed: complaints, day: received_on}
"""


@pytest.fixture(scope="module", autouse=True)
def own_letter(workspace: Workspace) -> None:
    (workspace.path / "letters").mkdir(exist_ok=True)
    (workspace.path / "letters/state-inquiry.yml").write_text(OWN_LETTER, encoding="utf-8")
    store = desk.open_desk(workspace)
    desk.create_user(store, SYSTEM, "adam", Role.ADMINISTRATOR, NOW)
    desk.create_user(store, SYSTEM, "audrey", Role.AUDITOR, NOW)
    store.close()


def opened(workspace: Workspace, name: str, letter: str = "state-inquiry") -> None:
    given = find_letter(letter, workspace)
    open_matter(workspace, "olga", name, given, NOW, received_on=RECEIVED, due_on=dt.date(2024, 7, 20))


def events(workspace: Workspace, name: str) -> list[Event]:
    store = desk.open_desk(workspace)
    with store.read() as session:
        session.narrow(SYSTEM)
        found = history(session, "matter", name)
    store.close()
    return found


def says(workspace: Workspace, name: str, item: str, said: Said) -> None:
    change(
        workspace, "olga", name, NOW, "matter.answered",
        lambda matter: matter.with_entry(item, answered(workspace, matter, item, said)),
    )  # fmt: skip


def test_every_change_is_an_event_with_the_whole_content(workspace: Workspace) -> None:
    opened(workspace, "kept")
    says(
        workspace,
        "kept",
        "1",
        Said(state="answered_partial", reason="Branch B2 is missing.", expected_on=RECEIVED),
    )
    extension = Extension(granted_on=RECEIVED, due_on=dt.date(2024, 8, 1), by="J. Staff", reason="Holidays")
    changed = change(
        workspace, "olga", "kept", NOW, "matter.extended",
        lambda matter: matter.model_copy(update={"extensions": (extension,)}), "Holidays",
    )  # fmt: skip
    assert changed.due == dt.date(2024, 8, 1)
    found = events(workspace, "kept")
    assert [(e.action, e.actor) for e in found] == [
        ("matter.opened", "olga"), ("matter.answered", "olga"), ("matter.extended", "olga"),
    ]  # fmt: skip
    assert found[1].payload["details"]["matter"]["items"]["1"]["reason"] == "Branch B2 is missing."
    assert read_checked(workspace, "kept") == changed
    assert "kept" in [matter.id for matter in list_matters(workspace)]


def test_a_file_edited_by_hand_is_refused_until_somebody_answers_for_it(workspace: Workspace) -> None:
    opened(workspace, "edited")
    file = workspace.path / "matters/edited/matter.yml"
    file.write_text(file.read_text("utf-8") + "preparer: Somebody\n", encoding="utf-8")
    with pytest.raises(UsageError, match="surveil matter record edited"):
        read_checked(workspace, "edited")
    with pytest.raises(UsageError, match="is not as surveil left it"):
        says(workspace, "edited", "1", Said(narrative="text"))
    record_by_hand(workspace, "olga", "edited", NOW, "the preparer was named")
    assert read_checked(workspace, "edited").preparer == "Somebody"
    assert events(workspace, "edited")[-1].action == "matter.recorded"


@pytest.mark.parametrize("actor", ["system", "adam", "audrey"])
def test_only_an_officer_by_name_changes_matters(workspace: Workspace, actor: str) -> None:
    with pytest.raises(NotAllowed):
        open_matter(
            workspace, actor, "mine", find_letter("finra-8210"), NOW, received_on=RECEIVED, due_on=RECEIVED
        )


def test_a_list_compares_texts_only() -> None:
    wrong = {"feed": "accounts", "day": "opened_at", "where": {"opened_at": ("2024-01-10",)}}
    with pytest.raises(ValueError, match="is no text"):
        Records.model_validate(wrong)


@pytest.mark.parametrize("name", ["../up", "", "a/b", "x" * 41, ".hidden"])
def test_a_name_that_is_no_folder_is_refused(workspace: Workspace, name: str) -> None:
    with pytest.raises(UsageError, match="no name for a matter"):
        opened(workspace, name)


def test_a_letter_of_the_firms_own_is_answered_without_code(workspace: Workspace, tmp_path: Path) -> None:
    assert "state-inquiry" in names(workspace)
    files = write("state-inquiry", workspace, tmp_path)
    lists = {file.name: file.read_text("utf-8") for file in files if file.suffix == ".csv"}
    listed = {name: list(csv.DictReader(io.StringIO(text))) for name, text in lists.items()}
    assert [row["account_id"] for row in listed["EX-01A_accounts.csv"]] == ["A1", "A2"]
    # The whistle-blower's complaint K2 is never listed, nor his words.
    assert [row["complaint_id"] for row in listed["EX-02A_complaints.csv"]] == ["K1"]


def test_a_letter_of_the_firms_own_with_a_wrong_column_or_name_is_refused(workspace: Workspace) -> None:
    wrong = OWN_LETTER.replace("day: received_on", "day: arrived").replace("state-inquiry", "wrong")
    for name, text, message in (
        ("wrong", wrong, "no column arrived"),
        ("other", OWN_LETTER, "must be the file's name"),
    ):
        file = workspace.path / f"letters/{name}.yml"
        file.write_text(text, encoding="utf-8")
        with pytest.raises(UsageError, match=message):
            find_letter(name, workspace)
        file.unlink()


def test_a_matter_is_not_finished_while_the_rest_of_an_item_has_no_date(
    workspace: Workspace, tmp_path: Path
) -> None:
    opened(workspace, "dated")
    with pytest.raises(UsageError, match=r"Item 2 \(Complaints\) is answered in part only"):
        write("state-inquiry", workspace, tmp_path, options=Options(matter="dated"))
    says(workspace, "dated", "2", Said(expected_on=dt.date(2024, 8, 1)))
    assert write("state-inquiry", workspace, tmp_path, options=Options(matter="dated"))


def test_a_production_knows_each_file_and_what_is_withheld(workspace: Workspace, tmp_path: Path) -> None:
    opened(workspace, "packed")
    memo = tmp_path / "Memo to R. Roe.PDF"
    memo.write_bytes(b"memo")
    log = "date,kind,author,description,privilege\n2024-05-01,e-mail,Counsel,Advice on the branch,attorney-client\n"
    says(workspace, "packed", "1", Said(attach=((memo, "Memo"),), withhold=log))
    says(workspace, "packed", "2", Said(state="privileged", reason="Advice of counsel."))
    made = produce(workspace, "packed")
    kinds = {file.path: (file.kind, file.items, file.rows) for file in made.files}
    assert kinds["exhibits/EX-01A_accounts.csv"] == ("exhibit", ("1",), 2)
    assert kinds["attachments/AT-01-01.pdf"] == ("attachment", ("1",), None)
    assert kinds["state-inquiry.pdf"][0] == "response"
    assert kinds["SHA256SUMS"][0] == "manifest"
    assert not any("EX-02" in path for path in kinds)
    assert made.pages > 3
    rows = list(csv.DictReader(io.StringIO(privilege_log(withheld(made.matter)).decode())))
    assert [(row["log_number"], row["item"], row["privilege"]) for row in rows] == [
        ("PL-0001", "1", "attorney-client"), ("PL-0002", "2", ""),
    ]  # fmt: skip
    assert [file.content for file in produce(workspace, "packed").files] == [
        file.content for file in made.files
    ]


def test_an_attachment_changed_after_it_was_put_in_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    opened(workspace, "swapped")
    memo = tmp_path / "memo.txt"
    memo.write_bytes(b"memo")
    says(workspace, "swapped", "1", Said(attach=((memo, ""),)))
    says(workspace, "swapped", "2", Said(state="objection", reason="Too broad."))
    (target,) = (workspace.path / "matters/swapped/attachments").iterdir()
    target.write_bytes(b"another memo")
    with pytest.raises(UsageError, match="is not the one that was put in"):
        produce(workspace, "swapped")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (Said(state="objection"), "needs a reason"),
        (Said(state="no_responsive_material"), "needs searched"),
        (Said(searched={"by": "Audit"}), "missing: date, what"),
        (Said(attach=((Path("nowhere.pdf"), ""),)), "cannot be attached"),
        (Said(withhold="date,kind\n2024-05-01,e-mail\n"), "line 2"),
    ],
)
def test_what_an_answer_lacks_is_said(workspace: Workspace, said: Said, message: str) -> None:
    if not (workspace.path / "matters/lacking").exists():
        opened(workspace, "lacking")
    before = events(workspace, "lacking")
    with pytest.raises(UsageError, match=message):
        says(workspace, "lacking", "1", said)
    assert events(workspace, "lacking") == before


def test_the_gate_says_item_by_item_what_is_missing_until_nothing_is(workspace: Workspace) -> None:
    opened(workspace, "gated", "finra-uit-rollover")
    found = gate(workspace, "gated")
    assert [item.number for item in found.items] == ["1", "2", "3", "4"]
    assert [item.number for item in found.open] == ["1", "2", "3", "4"]
    assert found.items[0].problems[0].startswith("It is answered in part only, and it is not said by when")
    with pytest.raises(UsageError, match=r"cannot be finished.*Item 1"):
        draft(workspace, "gated")
    for number in "1234":
        says(
            workspace, "gated", number,
            Said(state="answered_partial", reason="Being gathered.", expected_on=RECEIVED),
        )  # fmt: skip
    found = gate(workspace, "gated")
    assert not found.open
    assert {item.state for item in found.items} == {"Answered in part"}
    assert draft(workspace, "gated").startswith(b"%PDF-")


def test_the_gate_names_an_item_that_contradicts_the_data_and_goes_on(workspace: Workspace) -> None:
    opened(workspace, "contradicting")
    says(
        workspace, "contradicting", "1",
        Said(state="no_responsive_material", searched={"by": "HR", "what": "files", "date": RECEIVED}),
    )  # fmt: skip
    first, second = gate(workspace, "contradicting").items
    assert "the data hold 2 responsive records" in first.problems[0]
    assert second.state is not None


def test_the_commands_open_answer_show_and_list_a_matter(workspace: Workspace) -> None:
    def run(*words: str) -> str:
        result = CliRunner().invoke(app, ["matter", *words, "--workspace", str(workspace.path)])
        assert result.exit_code == 0, result.output
        return result.output

    as_olga = ("--as", "olga")
    run(
        "new",
        "sweep",
        "--letter",
        "finra-uit-rollover",
        "--received",
        "2016-09-12",
        "--reference",
        "2016-7",
        *as_olga,
    )
    run("change", "sweep", "--principal", "R. Roe", "--prefix", "EXB", *as_olga)
    assert read_checked(workspace, "sweep").principal == "R. Roe"
    run("assign", "sweep", "--item", "1", "--owner", "Legal", *as_olga)
    run("answer", "sweep", "1", "--text", "The procedures are attached.", *as_olga)
    run("extend", "sweep", "--due", "2016-10-24", "--by", "J. Staff", "--reason", "Volume", *as_olga)
    shown = run("show", "sweep", "--format", "csv")
    assert "1,Written supervisory procedures on unit trusts,told,Legal,2016-10-24" in shown
    assert "2016-10-24" in run("list", "--format", "csv")
    assert "regulator: Financial" in run("letters", "--template", "finra-8210")
