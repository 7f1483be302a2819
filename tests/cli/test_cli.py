"""The command line as users script against it: data on standard output, messages beside it, the promised exit status."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from surveil.config import EngineSettings, Workspace
from tests.feeds.firms import MINIMAL

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
ENVIRONMENT.pop("SURVEIL_WORKSPACE", None)


def surveil(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "surveil", *arguments]
    return subprocess.run(
        command, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a simulated firm, loaded and scanned by commands alone."""
    here = tmp_path_factory.mktemp("cli")
    for line in (
        "simulate firm --reps 40 --months 10 --seed 5",
        "init",
        "load firm",
        "scan",
    ):
        done = surveil(*line.split(), cwd=here)
        assert done.returncode == 0, f"{line}: {done.stderr}"
        assert "Traceback" not in done.stderr
    return here


def test_a_workspace_that_is_not_there_is_said(tmp_path: Path) -> None:
    for command in (["load", "x"], ["scan"], ["alerts"], ["rank", "reps"], ["audit", "verify"], ["doctor"]):
        done = surveil(*command, cwd=tmp_path)
        assert done.returncode == 2, command
        assert "surveil init" in done.stderr
        assert done.stdout == ""


def test_wrong_usage_is_status_2(tmp_path: Path) -> None:
    for command in (["nonsense"], ["scan", "--as-of", "2016-02-30"], ["rank", "nobody"], ["simulate"]):
        done = surveil(*command, cwd=tmp_path)
        assert done.returncode == 2, command
        assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    surveil("init", cwd=tmp_path)
    (tmp_path / "workspace" / "surveil.toml").write_text('timezoen = "UTC"\n')
    done = surveil("scan", cwd=tmp_path)
    assert done.returncode == 2
    assert "timezoen" in done.stderr


def test_a_detector_that_there_is_not_is_named(tmp_path: Path) -> None:
    surveil("init", cwd=tmp_path)
    (tmp_path / "feeds").mkdir()
    for name, content in MINIMAL.items():
        (tmp_path / "feeds" / name).write_text(content)
    surveil("load", "feeds", cwd=tmp_path)
    (tmp_path / "workspace" / "surveil.toml").write_text("[detectors.UA77]\nfoo = 3\n")
    done = surveil("scan", cwd=tmp_path)
    assert done.returncode == 2
    assert "UA77" in done.stderr


def test_a_damaged_database_is_said_in_a_line(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder / "workspace", tmp_path / "workspace")
    with (copy / "surveil.db").open("r+b") as file:
        file.write(b"\x07" * 5000)
    for command in (["alerts"], ["audit", "verify"], ["scan"]):
        done = surveil(*command, cwd=tmp_path)
        assert done.returncode == 5, (command, done.stderr)
        assert "damaged" in done.stderr
        assert "backup" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_damaged_file_of_a_run_is_said_in_a_line(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder / "workspace", tmp_path / "workspace")
    (run,) = (copy / "runs").glob("R-*")
    for name, command in {
        "findings.parquet": ["findings"],
        "rank_reps.parquet": ["rank", "reps"],
        "run.json": ["report", "lookback", "--out", str(tmp_path / "answer")],
    }.items():
        (run / name).write_bytes(b"PAR1 and no more")
        done = surveil(*command, cwd=tmp_path)
        assert done.returncode == 5, (command, done.stderr)
        assert f"{name} of the run {run.name} is damaged" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_file_without_rows_has_its_header(folder: Path) -> None:
    done = surveil("alerts", "--rep", "NOBODY", "--format", "csv", cwd=folder)
    assert done.returncode == 0
    assert done.stdout.startswith("alert_id,detector,version,")
    assert len(done.stdout.splitlines()) == 1


def test_what_cannot_be_written_is_said_and_what_was_there_stays(folder: Path, tmp_path: Path) -> None:
    for command in (
        ["init", "--workspace", str(folder / "firm" / "reps.csv" / "x")],
        ["simulate", str(folder / "firm" / "reps.csv" / "x"), "--reps", "5", "--months", "2"],
        ["findings", "--format", "parquet", "--out", str(tmp_path / "no" / "x.parquet")],
    ):
        done = surveil(*command, cwd=folder)
        assert done.returncode == 2, (command, done.stderr)
        assert "Traceback" not in done.stderr
        assert "None" not in done.stderr
    kept = tmp_path / "findings.csv"
    kept.write_text("what was there")
    code = (
        "import resource, signal; resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000)); "
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); from surveil.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "findings", "--format", "csv", "--out", str(kept)],
        cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert kept.read_text() == "what was there"
    assert [file.name for file in tmp_path.iterdir()] == ["findings.csv"]


def test_a_reader_that_has_enough_is_no_error(folder: Path) -> None:
    line = f"{sys.executable} -m surveil alerts --format jsonl | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_new_workspace_shows_every_setting_of_the_engine_with_its_default(tmp_path: Path) -> None:
    file = Workspace.init(tmp_path / "workspace").path / "surveil.toml"
    shown = re.search(r"^# \[engine\]\n(?:# \w.*\n)+", file.read_text(encoding="utf-8"), re.MULTILINE)
    assert shown
    told = tomllib.loads(re.sub("^# ", "", shown[0], flags=re.MULTILINE))["engine"]
    assert told.keys() == EngineSettings.model_fields.keys()
    assert EngineSettings(**{**told, "spill_folder": ""}) == EngineSettings()


def test_refused_input_is_status_3_and_leaves_nothing(tmp_path: Path) -> None:
    surveil("init", cwd=tmp_path)
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "accounts.csv").write_text("account_id\na1\n")
    done = surveil("load", "feeds", cwd=tmp_path)
    assert done.returncode == 3
    assert "accounts" in done.stderr
    assert not list((tmp_path / "workspace" / "data" / "loads").glob("[0-9]*"))


def test_a_refusal_as_json_says_what_was_refused(tmp_path: Path) -> None:
    surveil("init", cwd=tmp_path)
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "accounts.csv").write_text("account_id\na1\n")
    done = surveil("load", "feeds", "--format", "json", cwd=tmp_path)
    told = json.loads(done.stdout)
    assert (done.returncode, told["load_number"]) == (3, None)
    assert any("accounts.csv" in line for line in told["refused"])


def test_a_file_of_which_nothing_could_be_taken_in_is_no_success(tmp_path: Path) -> None:
    surveil("init", cwd=tmp_path)
    surveil("schema", "--templates", "feeds", cwd=tmp_path)
    for file in (tmp_path / "feeds").iterdir():
        if file.name == "absences.csv":
            head = file.read_text().strip().split(",")
            cells = {"rep_id": "r1", "start_on": "31/12/2016", "end_on": "01/01/2017"}
            file.write_text(f"{','.join(head)}\n{','.join(cells.get(name, '') for name in head)}\n")
    done = surveil("load", "feeds", cwd=tmp_path)
    assert done.returncode == 3
    assert "1 rejected" in done.stdout
    assert "Not one row of absences.csv could be taken in" in done.stderr
    assert list((tmp_path / "workspace" / "data" / "loads").glob("[0-9]*"))


def test_alerts_are_the_promised_json_lines(folder: Path) -> None:
    done = surveil("alerts", "--format", "jsonl", cwd=folder)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert rows
    assert list(rows[0]) == [
        "alert_id", "detector", "version", "family", "typology", "severity", "score", "subject_type", "subject_id",
        "rep_id", "branch_id", "period_start", "period_end", "observed", "expected", "interval", "p_value", "q_value",
        "reason", "item_count", "status", "run_id", "first_seen", "last_seen",
    ]  # fmt: skip
    scores = [row["score"] for row in rows]
    assert len(set(scores)) == len(scores)
    rules = {"CS01", "CS02"}
    assert {row["detector"] for row in rows} & rules
    told = {row["detector"] in rules: set() for row in rows}
    for row in rows:
        told[row["detector"] in rules].add(row["p_value"] is None and row["q_value"] is None)
    assert told[True] == {True}, "a breach of a rule is one whatever chance would do"
    assert False in told[False]


def test_alerts_on_the_screen_can_be_read(folder: Path) -> None:
    first = json.loads(surveil("alerts", "--format", "jsonl", cwd=folder).stdout.splitlines()[0])
    shown = surveil("alerts", cwd=folder).stdout.splitlines()
    assert shown[0].split() == [
        "alert_id", "severity", "score", "detector", "subject_id", "branch_id", "status", "reason",
    ]  # fmt: skip
    row = next(line for line in shown if line.split()[:1] == [first["alert_id"]])
    assert first["reason"][:40] in row, "a reason is a sentence, not a column of syllables"
    assert shown[-1] == "… 16 further columns: use --format csv"


@pytest.mark.parametrize("command", ["alerts", "findings"])
def test_nothing_about_somebody_who_does_not_exist_is_not_nothing_found(folder: Path, command: str) -> None:
    done = surveil(command, "--rep", "nobody at all", cwd=folder)
    assert done.stdout.split() == ["(no", "rows)"]
    assert "no representative 'nobody at all' in the feed reps" in done.stderr
    ranked = json.loads(surveil("rank", "reps", "--format", "jsonl", cwd=folder).stdout.splitlines()[-1])
    assert "no representative" not in surveil(command, "--rep", ranked["rep_id"], cwd=folder).stderr


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (
            "alerts --severity hihg",
            "no severity 'hihg'. Did you mean high? There are: low, medium, high, critical.",
        ),
        ("alerts --status opn", "Did you mean open?"),
        ("alerts --detector UA99", "There is no detector 'UA99'."),
        ("findings --detector UO01", "See: surveil detectors"),
        ("findings --alert A-nope", "There is no alert A-nope."),
        ("scan --as-of 30.09.2016", "write it as 2016-09-30"),
        ("scan --from 2016-13-45", "write it as 2016-09-30"),
    ],
)
def test_what_there_is_not_is_an_error_and_no_empty_list(folder: Path, command: str, said: str) -> None:
    done = surveil(*command.split(), cwd=folder)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert not done.stdout
    assert "Value error" not in done.stderr


def test_a_detector_is_known_in_small_letters_too(folder: Path) -> None:
    plain = surveil("findings", "--detector", "UA01", "--format", "csv", cwd=folder)
    small = surveil("findings", "--detector", "ua01", "--format", "csv", cwd=folder)
    assert small.stdout == plain.stdout
    assert small.stdout.count("\n") > 1


def test_rankings_come_as_csv(folder: Path) -> None:
    head = surveil("rank", "reps", "--format", "csv", cwd=folder).stdout.splitlines()[0]
    assert head == "rank,rep_id,score,p_value,q_value,alerts,families,drivers,flagged"
    head = surveil("rank", "branches", "--format", "csv", cwd=folder).stdout.splitlines()[0]
    assert head == "rank,branch_id,score,p_value,q_value,alerts,families,drivers,flagged"
    head = surveil("rank", "accounts", "--format", "csv", cwd=folder).stdout.splitlines()[0]
    assert head == "rank,account_id,score,rep_id,customer_id,opened_at,reasons"


def test_a_closed_pipe_is_no_error(folder: Path) -> None:
    line = f"{sys.executable} -m surveil rank accounts --format csv | head -1"
    done = subprocess.run(
        ["bash", "-c", line], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith("rank,")
    assert done.stderr == ""


def test_parquet_needs_a_file_and_is_written_whole(folder: Path) -> None:
    assert surveil("findings", "--format", "parquet", cwd=folder).returncode == 2
    done = surveil("findings", "--format", "parquet", "--out", "f.parquet", cwd=folder)
    assert done.returncode == 0
    assert (folder / "f.parquet").stat().st_size > 1_000


def test_a_trail_that_was_altered_is_status_5(folder: Path) -> None:
    import sqlite3

    assert surveil("audit", "verify", cwd=folder).returncode == 0
    with sqlite3.connect(folder / "workspace" / "surveil.db") as database:
        database.execute("DROP TRIGGER audit_event_no_update")
        database.execute("UPDATE audit_event SET actor = 'somebody else' WHERE seq = 2")
    database.close()
    done = surveil("audit", "verify", cwd=folder)
    assert done.returncode == 5
    assert "event 2" in done.stderr


def test_the_demo_will_not_clear_a_folder_of_yours(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep me")
    done = surveil("demo", "--workspace", "mine", cwd=tmp_path)
    assert done.returncode == 2
    assert (tmp_path / "mine" / "letter.txt").read_text() == "keep me"


def test_an_interrupt_that_breaks_the_import_of_a_library_is_an_interrupt_and_no_defect(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from surveil import cli
    from surveil.cli import work

    def half_imported(_: object) -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise AttributeError("partially initialized module") from None

    # A program that was started in the background ignores Ctrl-C, and so do the tests it runs.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.setattr(work, "open_workspace", half_imported)
    monkeypatch.setattr("sys.argv", ["surveil", "scan"])
    try:
        with pytest.raises(SystemExit) as stopped:
            cli.main()
    finally:
        signal.signal(signal.SIGINT, before)
    assert stopped.value.code == 130
    assert "stopped" in capsys.readouterr().err


def test_an_interrupt_is_status_130_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from surveil import cli
    from surveil.cli import work

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(work, "open_workspace", interrupted)
    monkeypatch.setattr("sys.argv", ["surveil", "scan"])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 130
    assert "stopped" in capsys.readouterr().err
