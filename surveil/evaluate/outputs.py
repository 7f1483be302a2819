"""What is scored: the two rankings, the findings and the alerts of one scan, as their promise says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from surveil.errors import InputRefused
from surveil.evaluate.tables import SUFFIXES, as_text, read_text_table

COLUMNS = {
    "reps": ("rank", "rep_id", "score", "p_value", "q_value", "flagged"),
    "accounts": ("rank", "account_id", "score"),
    "findings": ("detector", "feed", "key", "rep_id", "account_id"),
    "alerts": ("detector", "severity", "score", "subject_type", "subject_id", "rep_id"),
}
COMMANDS = {
    "reps": "surveil rank reps --format csv --out",
    "findings": "surveil findings --format csv --out",
    "alerts": "surveil alerts --format csv --out",
}
NUMBERS = ("rank", "score", "p_value", "q_value")
TRUE, FALSE = ("true", "1", "yes", "y", "t"), ("false", "0", "no", "n", "f", "")


@dataclass(frozen=True)
class Outputs:
    """The promised outputs of one scan, checked; numbers are floats (missing: NaN), the rest is text.

    Attributes:
        reps: rank, rep_id, score, p_value, q_value, flagged (bool).
        accounts: rank, account_id, score.
        findings: detector, feed, key, rep_id, account_id.
        alerts: detector, severity, score, subject_type, subject_id, rep_id.
    """

    reps: pd.DataFrame
    accounts: pd.DataFrame
    findings: pd.DataFrame
    alerts: pd.DataFrame

    @classmethod
    def of(
        cls,
        reps: pd.DataFrame,
        accounts: pd.DataFrame | None = None,
        findings: pd.DataFrame | None = None,
        alerts: pd.DataFrame | None = None,
    ) -> Outputs:
        """From tables in memory; what is not given has no rows.

        Raises:
            InputRefused: a table lacks a column or holds what its column cannot.
        """
        given = {"reps": reps, "accounts": accounts, "findings": findings, "alerts": alerts}
        return cls(**{name: _from_frame(name, frame) for name, frame in given.items()})

    @classmethod
    def read(cls, folder: Path) -> Outputs:
        """From a folder with `reps`, `accounts`, `findings` and `alerts` in CSV, Parquet or JSON lines.

        Without a file `accounts` no account is ranked, and the scoreboard says so.

        Raises:
            InputRefused: a table is absent, there twice, or not as promised.
        """
        paths = {name: _find(folder, name) for name in COLUMNS}
        return cls(**{name: _from_file(name, folder, path) for name, path in paths.items()})


def _from_file(name: str, folder: Path, path: Path | None) -> pd.DataFrame:
    if path is not None:
        return _checked(name, read_text_table(path, COLUMNS[name]), str(path))
    if name == "accounts":
        return _from_frame(name, None)
    raise InputRefused(f"{folder} has no {name}. Write it with: {COMMANDS[name]} {folder / name}.csv")


def _find(folder: Path, name: str) -> Path | None:
    found = [folder / f"{name}{suffix}" for suffix in SUFFIXES if (folder / f"{name}{suffix}").is_file()]
    if len(found) > 1:
        raise InputRefused(f"{folder} has {found[0].name} and {found[1].name}. Keep the one to be scored.")
    return found[0] if found else None


def _from_frame(name: str, frame: pd.DataFrame | None) -> pd.DataFrame:
    if frame is None:
        frame = pd.DataFrame(columns=list(COLUMNS[name]))
    absent = [column for column in COLUMNS[name] if column not in frame.columns]
    if absent:
        raise InputRefused(f"The table {name} has no column {', '.join(absent)}.")
    return _checked(name, as_text(frame, COLUMNS[name]), f"the table {name}")


def _checked(name: str, frame: pd.DataFrame, where: str) -> pd.DataFrame:
    for column in NUMBERS:
        if column in frame:
            frame[column] = _numbers(frame[column], column, where)
    if name in ("reps", "accounts"):
        subject = "rep_id" if name == "reps" else "account_id"
        _check_ranking(frame, subject, where)
    if name == "reps":
        frame["flagged"] = _booleans(frame["flagged"], where)
    return frame


def _numbers(column: pd.Series, name: str, where: str) -> pd.Series:
    numbers = pd.to_numeric(column.where(column != "", None), errors="coerce").astype(float)
    wrong = column[numbers.isna() & ~column.str.lower().isin(["", "nan", "none", "null"])]
    if len(wrong):
        raise InputRefused(
            f"{where}, record {wrong.index[0] + 2}: {name} is {wrong.iloc[0][:80]}, not a number."
        )
    return numbers


def _booleans(column: pd.Series, where: str) -> pd.Series:
    text = column.str.lower()
    wrong = column[~text.isin([*TRUE, *FALSE])]
    if len(wrong):
        raise InputRefused(
            f"{where}, record {wrong.index[0] + 2}: flagged is {wrong.iloc[0][:80]}, neither true nor false."
        )
    return text.isin(TRUE)


def _check_ranking(frame: pd.DataFrame, subject: str, where: str) -> None:
    """A subject ranked twice or without a rank would be counted wrongly in silence."""
    if frame["rank"].isna().any():
        raise InputRefused(
            f"{where}: {subject} {frame.loc[frame['rank'].isna(), subject].iloc[0]} has no rank."
        )
    twice = frame.loc[frame[subject].duplicated(), subject]
    if len(twice):
        raise InputRefused(f"{where}: {subject} {twice.iloc[0] or '(empty)'} is ranked more than once.")
