"""Outputs and answer keys in every promised format, and what is said when they are not as promised."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveil.errors import InputRefused
from surveil.evaluate import AnswerKey, Outputs, score
from tests.evaluate import firm


def frame(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text))


def test_csv_parquet_json_lines_and_memory_read_the_same(tmp_path: Path) -> None:
    from_csv = Outputs.read(firm.write_outputs(tmp_path / "csv"))
    other = tmp_path / "other"
    other.mkdir()
    frame(firm.REPS).to_parquet(other / "reps.parquet")
    frame(firm.ACCOUNTS).to_csv(other / "accounts.csv.gz", index=False)
    frame(firm.FINDINGS).to_parquet(other / "findings.parquet")
    frame(firm.ALERTS).to_json(other / "alerts.jsonl", orient="records", lines=True)
    from_other = Outputs.read(other)
    in_memory = Outputs.of(frame(firm.REPS), frame(firm.ACCOUNTS), frame(firm.FINDINGS), frame(firm.ALERTS))
    for name in ("reps", "accounts", "findings", "alerts"):
        pd.testing.assert_frame_equal(getattr(from_csv, name), getattr(from_other, name))
        pd.testing.assert_frame_equal(getattr(from_csv, name), getattr(in_memory, name))


def test_leading_zeros_of_ids_are_kept(tmp_path: Path) -> None:
    outputs = Outputs.read(firm.write_outputs(tmp_path, reps=firm.REPS.replace("forger,", "007,", 1)))
    assert outputs.reps["rep_id"].iloc[0] == "007"


def test_no_findings_and_no_alerts_are_an_answer(tmp_path: Path) -> None:
    folder = firm.write_outputs(tmp_path / "quiet", findings=firm.FINDINGS.splitlines()[0] + "\n")
    (folder / "alerts.csv").unlink()
    (folder / "alerts.jsonl").write_text("")
    board = score(Outputs.read(folder), firm.write(tmp_path / "answers", firm.ANSWERS))
    assert board.alerts.alerts == 0
    assert board.detectors == {}
    assert board.items["sales/unlicensed"].recall == 0.0


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"reps": ""}, "reps.csv cannot be read as a table"),
        ({"reps": firm.REPS.replace("q_value", "qq")}, "reps.csv has no column q_value"),
        ({"reps": firm.REPS.replace("0.002", "low")}, "record 2: q_value is low, not a number"),
        ({"reps": firm.REPS.replace("consent,true", "consent,perhaps", 1)}, "flagged is perhaps"),
        ({"reps": firm.REPS.replace("2,grey", "2,forger")}, "forger is ranked more than once"),
        ({"reps": firm.REPS.replace("2,grey", ",grey")}, "grey has no rank"),
        ({"accounts": firm.ACCOUNTS.replace("3,a2", "3,a1")}, "a1 is ranked more than once"),
        ({"findings": 'detector,feed,key,rep_id,account_id\n"UA01'}, "findings.csv cannot be read"),
        ({"alerts": "alert_id\nA\n"}, "alerts.csv has no column detector"),
        ({"reps": firm.REPS + "8,x,0.1,,,0,,,false,too,many,cells\n"}, "reps.csv cannot be read"),
    ],
)
def test_an_output_that_is_not_as_promised_is_refused(
    tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    with pytest.raises(InputRefused, match=said):
        Outputs.read(firm.write_outputs(tmp_path, **changed))


def test_a_missing_output_comes_with_the_command_that_writes_it(tmp_path: Path) -> None:
    (firm.write_outputs(tmp_path) / "reps.csv").unlink()
    with pytest.raises(InputRefused, match="surveil rank reps --format csv --out"):
        Outputs.read(tmp_path)


def test_an_output_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    frame(firm.REPS).to_parquet(firm.write_outputs(tmp_path) / "reps.parquet")
    with pytest.raises(InputRefused, match=r"reps\.csv and reps\.parquet"):
        Outputs.read(tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("reps.parquet", b"PAR1 not really"),
        ("reps.jsonl", b'{"rank": 1'),
        ("reps.jsonl", b"[1, 2]\n"),
        ("reps.csv", b"rank,rep_id\n1,\xff\xfe\n"),
        ("reps.csv.gz", b"not gzip"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (firm.write_outputs(tmp_path) / "reps.csv").unlink()
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputRefused, match="cannot be read as a table"):
        Outputs.read(tmp_path)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"reps.csv": firm.ANSWERS["reps.csv"].replace("mild", "light")},
            "gone|forger has the strength light",
        ),
        ({"items.csv": firm.ANSWERS["items.csv"].replace("sales,s2", "sales,")}, "record 3: key is empty"),
        ({"accounts.csv": "account\na1\n"}, "accounts.csv has no column account_id, typology"),
    ],
)
def test_a_key_that_is_not_as_promised_is_refused(tmp_path: Path, changed: dict[str, str], said: str) -> None:
    with pytest.raises(InputRefused, match=said):
        AnswerKey.read(firm.write(tmp_path, {**firm.ANSWERS, **changed}))


def test_a_folder_that_is_no_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match=r"no accounts\.csv, items\.csv"):
        AnswerKey.read(firm.write(tmp_path, {"reps.csv": firm.ANSWERS["reps.csv"]}))


def test_the_worst_strength_of_a_rep_counts(tmp_path: Path) -> None:
    key = AnswerKey.read(firm.write(tmp_path, firm.ANSWERS))
    assert key.strength == {"forger": "severe", "gamer": "mild", "grey": "grey", "gone": "severe"}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    noise=st.text(min_size=1, max_size=8), at=st.integers(0, 400), name=st.sampled_from(["reps", "alerts"])
)
def test_noise_in_an_output_is_read_or_refused_and_never_crashes(
    tmp_path: Path, noise: str, at: int, name: str
) -> None:
    text = {"reps": firm.REPS, "alerts": firm.ALERTS}[name]
    folder = firm.write_outputs(tmp_path / "noisy", **{name: text[:at] + noise + text[at:]})
    try:
        outputs = Outputs.read(folder)
    except InputRefused as refusal:
        told = str(refusal)
    else:
        told = ""
        assert outputs.reps["rank"].notna().all()
    assert not told or f"{name}.csv" in told
