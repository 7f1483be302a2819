"""From a workspace to what is handed over: who may, what each receiver gets, the register, the same bytes twice."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from surveil import desk
from surveil.alerts.errors import NotAllowed
from surveil.alerts.people import SYSTEM, Role
from surveil.cli import app
from surveil.cli.production import SIGNING_VARIABLE
from surveil.config import Workspace
from surveil.errors import UsageError
from surveil.production import signature
from surveil.production.assemble import Packed
from surveil.production.package import Order, package
from surveil.production.receivers import Receiver
from surveil.production.receiving import verify
from surveil.production.redaction.pdf import page_texts
from surveil.production.register import Delivery, Made, Thing, enter_delivery, enter_made, entries
from surveil.remediation.batches import FOLDER, State, find
from surveil.remediation.files import LINES, read_lines
from surveil.remediation.ledger import paid, total_cents
from surveil.reports.finra.firm_file import ItemEntry
from surveil.reports.matters import change
from surveil.reports.matters.keeping import matter_folder
from tests.production.firm import GATEWAY, MATTER, NOTE, NOW, OLGA, named, produced, rows, scanned
from tests.production.support import tool


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The firm's workspace; every test works on a copy."""
    return scanned(tmp_path_factory)


@pytest.fixture
def workspace(original: Workspace, tmp_path: Path) -> Workspace:
    return Workspace.open(Path(shutil.copytree(original.path, tmp_path / "workspace")))


@pytest.fixture(scope="module")
def made(original: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Packed:
    """The production for a regulator, made once in a copy of the workspace."""
    copy = Path(shutil.copytree(original.path, tmp_path_factory.mktemp("copy") / "workspace"))
    return produced(Workspace.open(copy))


@pytest.fixture
def store(workspace: Workspace) -> Iterator[desk.Store]:
    opened = desk.open_desk(workspace)
    yield opened
    opened.close()


def test_a_production_is_whole_and_answers_every_item(made: Packed) -> None:
    checked = verify(made.kept, made.fingerprint)
    assert checked.ok, checked.problems
    index = rows(made.kept, "LOGS/production_index.csv")
    assert index[0]["name_in_response"] == "finra-cross-selling.pdf"
    assert {"6"} <= {item for row in index for item in row["items"].split("; ")}
    texts = page_texts((made.kept / index[0]["path"]).read_bytes())
    assert all(f"EXB{number:07d}" in text for number, text in enumerate(texts, 1))


def test_what_is_held_back_is_in_the_privilege_log_and_nowhere_else(made: Packed) -> None:
    log = rows(made.kept, "LOGS/privilege_log.csv")
    assert [(row["items"], row["privilege"], row["pages"]) for row in log] == [
        ("12", "privileged", ""),
        ("15", "attorney-client", "4"),
    ]
    assert log[1]["author"] == "K. Counsel"


def test_a_list_that_was_not_redacted_has_the_hash_that_the_response_prints(made: Packed) -> None:
    file = named(made.kept, "exhibits/EX-06A")
    index = {row["path"]: row for row in rows(made.kept, "LOGS/production_index.csv")}
    digest = index[file.relative_to(made.kept).as_posix()]["sha256"]
    text = "".join("".join(page_texts(named(made.kept, "finra-cross-selling.pdf").read_bytes())).split())
    assert digest in text


def test_suspicious_activity_information_is_in_no_byte_that_goes_out(made: Packed) -> None:
    memo = named(made.kept, "attachments/").read_text()
    assert memo == "Memo to all branches.\n\n[withheld: by law]\n\nHeard from Tattle Tale-Secretname.\n"
    assert not [
        file for file in made.kept.rglob("*") if file.is_file() and b"SAR was filed" in file.read_bytes()
    ]


def test_the_extract_shows_decisions_and_hides_drafts_users_and_whistle_blowers(made: Packed) -> None:
    lines = [json.loads(line) for line in (made.kept / "LOGS/audit_trail.jsonl").read_text().splitlines()]
    shown = [line for line in lines if "withheld" not in line]
    assert {"alert.proposed", "alert.approved"} <= {line["action"] for line in shown}
    assert {line["object_type"] for line in shown} == {"run", "alert"}
    text = (made.kept / "LOGS/audit_trail.jsonl").read_text()
    assert "A colleague reports" not in text
    assert "Tattle" not in text
    assert {line["withheld"] for line in lines if "withheld" in line} == {"not produced"}


def test_made_again_it_is_the_same(workspace: Workspace, tmp_path: Path) -> None:
    one, other = produced(workspace, tmp_path / "a"), produced(workspace, tmp_path / "b")
    assert [file.read_bytes() for file in one.files] == [file.read_bytes() for file in other.files]


def test_whistle_blowers_are_protected_on_request(workspace: Workspace, made: Packed, tmp_path: Path) -> None:
    assert b"Secretname" in named(made.kept, "attachments/").read_bytes()
    (matter_folder(workspace, MATTER) / "redactions.yml").write_text(
        "whistle_blowers: [Tattle Tale-Secretname]\n"
    )
    protected = produced(workspace, tmp_path, protect_whistle_blowers=True)
    assert verify(protected.kept).ok
    assert not [
        file for file in protected.kept.rglob("*") if file.is_file() and b"Secretname" in file.read_bytes()
    ]


def test_a_consultant_gets_masked_names_and_no_documents_of_the_firm(
    workspace: Workspace, tmp_path: Path
) -> None:
    masked = produced(workspace, tmp_path, receiver=Receiver.CONSULTANT).kept
    assert verify(masked).ok
    everything = b"".join(
        file.read_bytes() for file in masked.rglob("*") if file.is_file() and file.suffix != ".pdf"
    )
    pages = "".join(page_texts(named(masked, "finra-cross-selling.pdf").read_bytes()))
    for name in ("Мария", "Ieva", "IJsselmuiden", "Counsel", "Memo to all"):
        assert name.encode() not in everything
        assert name not in pages
    assert "Document withheld" in page_texts(named(masked, "attachments/").read_bytes())[0]


def test_only_who_may_reveal_produces_for_a_regulator(workspace: Workspace, store: desk.Store) -> None:
    desk.create_user(store, SYSTEM, "adam", Role.ADMINISTRATOR, NOW)
    for actor in ("adam", "system"):
        with pytest.raises(NotAllowed):
            package(workspace, Order(MATTER, actor, GATEWAY), None, NOW, lambda _: None)
    assert not entries(store, MATTER)


def test_without_a_name_a_masked_copy_is_made_to_try_out(workspace: Workspace, tmp_path: Path) -> None:
    given = [
        "--matter",
        MATTER,
        "--for",
        "gateway",
        "--workspace",
        str(workspace.path),
        "--out",
        str(tmp_path / "out"),
    ]
    result = CliRunner().invoke(app, ["package", *given, "--trial-signature"], catch_exceptions=False)
    assert result.exit_code == 0
    (kept,) = (tmp_path / "out").glob("*VOL001")
    assert verify(kept).ok
    assert any("R. Roe (trial)" in fact for fact in verify(kept).facts)
    assert "Мария" not in (named(kept, "exhibits/EX-06A")).read_text()


def test_an_open_item_stops_the_production(workspace: Workspace) -> None:
    change(
        workspace, "olga", MATTER, NOW, "matter.answered", lambda matter: matter.with_entry("2", ItemEntry())
    )
    with pytest.raises(UsageError, match="Item 2"):
        produced(workspace)


def test_numbers_go_on_after_a_delivered_volume_and_it_stays_as_it_is(
    workspace: Workspace, store: desk.Store
) -> None:
    first = produced(workspace)
    enter_delivery(store, OLGA, MATTER, Delivery(1, Thing.PRODUCTION, "FINRA", "gateway"), "", NOW)
    with pytest.raises(UsageError, match="was handed over"):
        produced(workspace, volume=1)
    second = produced(workspace)
    last = rows(first.kept, "LOGS/production_index.csv")[-1]["control_last"]
    begins = rows(second.kept, "LOGS/production_index.csv")[0]["control_first"]
    assert int(begins[3:]) == int(last[3:]) + 1
    assert second.kept.name == "EXB-2016-SWEEP-VOL002"
    assert verify(second.kept).ok
    assert verify(first.kept).ok
    with pytest.raises(UsageError, match="the last one of this matter is 2"):
        produced(workspace, volume=4)


def test_a_passphrase_does_not_go_the_way_of_what_it_opens(workspace: Workspace, store: desk.Store) -> None:
    made = Made(1, 1, 9, "media", "regulator", "run-1", "0" * 64, "0" * 64, "SHA256:x")
    enter_made(store, OLGA, MATTER, made, NOW)
    enter_delivery(store, OLGA, MATTER, Delivery(1, Thing.PRODUCTION, "J. Doe, FINRA", "Courier"), "", NOW)
    with pytest.raises(UsageError, match=r"8210\(g\)"):
        enter_delivery(
            store, OLGA, MATTER, Delivery(1, Thing.PASSPHRASE, "J. Doe, FINRA", " courier "), "", NOW
        )
    enter_delivery(store, OLGA, MATTER, Delivery(1, Thing.PASSPHRASE, "J. Doe, FINRA", "telephone"), "", NOW)
    with pytest.raises(UsageError, match="no volume 7"):
        enter_delivery(store, OLGA, MATTER, Delivery(7, Thing.PASSPHRASE, "J. Doe", "telephone"), "", NOW)


def test_the_command_line_makes_media_that_the_tools_open(
    workspace: Workspace, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv(SIGNING_VARIABLE, "a trial secret")
    certificate = signature.trial_certificate(
        "R. Roe", "Example Bank", "a trial secret", dt.datetime.now(dt.UTC)
    )
    (tmp_path / "roe.p12").write_bytes(certificate)
    seven_zip, pdfsig = tool("7z"), tool("pdfsig")
    runner, given = CliRunner(), ["--workspace", str(workspace.path), "--matter", MATTER, "--as", "olga"]
    secret = tmp_path / "secret.txt"
    options = ["--for", "media", "--sign", str(tmp_path / "roe.p12"), "--passphrase-to", str(secret)]
    result = runner.invoke(app, ["package", *given, *options], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    passphrase = secret.read_text().strip()
    assert secret.stat().st_mode & 0o077 == 0
    assert passphrase not in result.output
    (container,) = (workspace.path / "productions").glob("*-HANDOVER/*.zip")
    subprocess.run(
        [seven_zip, "x", "-y", f"-p{passphrase}", container, f"-o{tmp_path}"], check=True, capture_output=True
    )
    volume = tmp_path / container.stem
    checked = runner.invoke(app, ["verify", str(volume)])
    assert checked.exit_code == 0
    assert "nothing was changed" in checked.output
    shown = subprocess.run(
        [pdfsig, volume / "PDF/EXB0000001.pdf"], capture_output=True, text=True, check=False
    )
    assert "Signature is Valid" in shown.stdout
    for file in workspace.path.rglob("*"):
        assert not (file.is_file() and passphrase.encode() in file.read_bytes()), file
    delivered = ["--volume", "1", "--what", "passphrase", "--to", "J. Doe", "--by", "telephone"]
    assert runner.invoke(app, ["production", "delivered", *given, *delivered]).exit_code == 0
    listed = runner.invoke(app, ["production", "list", *given[:4]]).output
    assert "passphrase delivered to J. Doe by telephone" in listed


def test_verify_ends_with_status_5_and_names_the_file(
    made: Packed, tmp_path: Path, monkeypatch, capfd
) -> None:
    from surveil.cli import main

    copy = Path(shutil.copytree(made.kept, tmp_path / "volume"))
    (copy / "LOGS/exceptions.csv").write_text("note\nall is well\n")
    monkeypatch.setattr("sys.argv", ["surveil", "verify", str(copy)])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 5
    assert "LOGS/exceptions.csv was changed." in capfd.readouterr().err


@pytest.mark.parametrize("place", ["productions/secret.txt", "there.txt"])
def test_where_the_passphrase_cannot_be_kept_nothing_is_made(
    workspace: Workspace, store: desk.Store, place: str
) -> None:
    (workspace.path / "productions").mkdir()
    (workspace.path / "there.txt").write_text("already here")
    given = ["--workspace", str(workspace.path), "--matter", MATTER, "--as", "olga", "--for", "media"]
    result = CliRunner().invoke(app, ["package", *given, "--passphrase-to", str(workspace.path / place)])
    assert isinstance(result.exception, UsageError)
    assert not list((workspace.path / "productions").iterdir())
    assert (workspace.path / "there.txt").read_text() == "already here"
    assert not entries(store, MATTER)


def test_a_production_that_fails_leaves_no_passphrase_behind(workspace: Workspace, tmp_path: Path) -> None:
    given = ["--workspace", str(workspace.path), "--matter", "NONE", "--as", "olga", "--for", "media"]
    result = CliRunner().invoke(app, ["package", *given, "--passphrase-to", str(tmp_path / "secret.txt")])
    assert isinstance(result.exception, UsageError)
    assert not (tmp_path / "secret.txt").exists()


def test_what_customers_are_paid_ties_out_with_item_7_of_the_production(
    workspace: Workspace, store: desk.Store, tmp_path
) -> None:
    (workspace.path / "remediation").mkdir()
    (workspace.path / "remediation/method.yml").write_text(
        "id: m-1\nauthority: the board\nrates: [{first: 2020-01-01, percent: '3.65', source: policy}]\n"
    )
    runner, place = CliRunner(), ["--workspace", str(workspace.path)]

    def run(*words: str) -> str:
        result = runner.invoke(app, ["remediation", *words, *place], catch_exceptions=False)
        assert result.exit_code == 0
        return result.output

    told = run("propose", "--on", "2024-07-10", "--as", "olga")
    assert "1 payment, 7.12 in all" in told
    batch = told.splitlines()[-1].partition(":")[0]
    # A fee of 12.00 of 1 February, of which 5.00 were given back after 29 days; 160 days of interest on 7.00.
    lines = {line["kind"]: line for line in read_lines(workspace.path / FOLDER / batch / LINES)}
    assert {kind: (line["refund"], line["interest"]) for kind, line in lines.items()} == {
        "fee": ("7.00", "0.11"), "refunded late": ("0.00", "0.01"),
    }  # fmt: skip
    run("approve", batch, "--note", NOTE, "--as", "otto")
    run("pay", batch, "--on", "2024-07-10", "--reference", "GL 1", "--as", "olga")
    assert "paid" in run("list")
    assert "1 payment, 7.12 in all" in run("ledger", "--format", "csv")
    assert total_cents(paid(workspace.path, store)) == 712
    made = produced(workspace).kept
    (row,) = rows(made, named(made, "exhibits/EX-07B").relative_to(made).as_posix())
    assert (row["customer_name"], row["fees"], row["interest"], row["total"]) == (
        "Мария Иванова",
        "7.00",
        "0.12",
        "7.12",
    )
    assert (row["approved_by"], row["confirmed_account"]) == ("otto", "yes")
    text = "".join(page_texts(named(made, "finra-cross-selling.pdf").read_bytes()))
    assert "Amount paid from the ledger" in text
    assert '"remediation.approved"' in (made / "LOGS/audit_trail.jsonl").read_text()
    signed = [
        "--contact",
        "555-0100",
        "--signer",
        "R. Roe",
        "--out",
        str(tmp_path / "letters"),
        "--as",
        "olga",
    ]
    run("letters", batch, *signed)
    (letter,) = (tmp_path / "letters").iterdir()
    told = page_texts(letter.read_bytes())
    assert "Dear Мария Иванова," in told[0]
    assert "USD 7.12" in told[0]
    assert "7.00 × (160 × 3.65 %) ÷ 365" in told[1]
    assert find(store, batch).state is State.PAID
