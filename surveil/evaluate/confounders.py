"""Innocent representatives who look guilty to a naive eye, found in the firm's own feeds.

Fairness is measured on them: who flags the best sellers or the student branch has not found wrongdoing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from surveil.errors import InputRefused
from surveil.evaluate.tables import read_text_table

TOP_SELLERS = 0.05  # this share of the reps with the most openings a month
LONG_ABSENCE_DAYS = 15  # longer than an ordinary holiday
BRANCH_KINDS = {
    "student": "student branches",
    "payroll": "payroll branches",
    "retirement": "retirement homes",
}
GROUPS = ("top sellers", "transfers", "new hires", *BRANCH_KINDS.values(), "part-time", "leave")


@dataclass(frozen=True)
class Firm:
    """What the scoreboard has to know of a firm.

    Attributes:
        folder: where its feeds lie.
        opened: every account and feature that somebody at the firm opened since its transactions are covered.
        openings: those that are neither a feature nor a migration: rep_id (who got the credit), branch_id, day, month.
    """

    folder: Path
    opened: list[str]
    openings: pd.DataFrame

    @classmethod
    def read(cls, folder: Path) -> Firm:
        """From a folder of feeds.

        Raises:
            InputRefused: the folder has no accounts, or they cannot be read.
        """
        optional = ("opened_by", "credited_to", "branch_id", "channel", "parent_account_id")
        accounts = _feed(folder, "accounts", ("account_id", "opened_at"), optional)
        if accounts is None:
            raise InputRefused(f"{folder} has no accounts feed. Give the folder that was loaded.")
        accounts = accounts[accounts["opened_at"] >= _first_day(folder)]
        rep = accounts["credited_to"].where(accounts["credited_to"] != "", accounts["opened_by"])
        by_staff = (rep != "") & (accounts["channel"] != "system")
        openings = pd.DataFrame(
            {
                "rep_id": rep,
                "branch_id": accounts["branch_id"],
                "day": accounts["opened_at"].str[:10],
                "month": accounts["opened_at"].str[:7],
            }
        )
        return cls(
            folder,
            accounts.loc[by_staff, "account_id"].tolist(),
            openings[by_staff & (accounts["parent_account_id"] == "")],
        )

    def groups(self) -> dict[str, set[str]]:
        """The reps of each group of `GROUPS`.

        A group that the feeds do not tell (its feed is not there) is left out, rather than called empty.

        Raises:
            InputRefused: a feed cannot be read.
        """
        groups = {"top sellers": _top_sellers(self.openings)}
        assignments = _feed(self.folder, "assignments", ("rep_id", "branch_id"), ("fte",))
        if assignments is not None:
            branches_of = assignments.groupby("rep_id")["branch_id"].nunique()
            groups["transfers"] = set(branches_of.index[branches_of > 1])
            fte = pd.to_numeric(assignments["fte"], errors="coerce")
            groups["part-time"] = set(assignments.loc[fte < 1, "rep_id"])
        groups |= _new_hires(self.folder, self.openings) | _on_leave(self.folder)
        groups |= _by_branch_kind(self.folder, self.openings, assignments)
        return {name: groups[name] for name in GROUPS if name in groups}


def _feed(
    folder: Path, feed: str, required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> pd.DataFrame | None:
    """All files of a feed in one table of text, or None where there is none."""
    pattern = re.compile(rf"{feed}(-.+)?\.(csv|csv\.gz|parquet)")
    paths = (
        sorted(path for path in folder.iterdir() if pattern.fullmatch(path.name)) if folder.is_dir() else []
    )
    if not paths:
        return None
    return pd.concat([read_text_table(path, required, optional) for path in paths], ignore_index=True)


def _first_day(folder: Path) -> str:
    """The first day that the transactions' extract covers: what was opened before is history, not seen as it happened."""
    coverage = _feed(folder, "coverage", ("feed", "covers_from"), ("scope",))
    if coverage is None:
        return ""
    general = coverage[(coverage["feed"] == "transactions") & (coverage["scope"] == "")]
    return str(general["covers_from"].min()) if len(general) else ""


def _top_sellers(openings: pd.DataFrame) -> set[str]:
    by_rep = openings.groupby("rep_id")["month"].agg(["size", "nunique"])
    rate = (by_rep["size"] / by_rep["nunique"]).sort_index().sort_values(ascending=False, kind="stable")
    return set(rate.index[: round(TOP_SELLERS * len(rate))])


def _new_hires(folder: Path, openings: pd.DataFrame) -> dict[str, set[str]]:
    """Hired after the first opening of the data: without a history, often in a ramp."""
    reps = _feed(folder, "reps", ("rep_id", "hired_on"))
    if reps is None or openings.empty:
        return {}
    return {"new hires": set(reps.loc[reps["hired_on"].str[:10] > openings["day"].min(), "rep_id"])}


def _by_branch_kind(
    folder: Path, openings: pd.DataFrame, assignments: pd.DataFrame | None
) -> dict[str, set[str]]:
    """Who ever sat in a branch of the kind; without assignments, who opened most of his accounts there."""
    branches = _feed(folder, "branches", ("branch_id",), ("kind",))
    if branches is None:
        return {}
    if assignments is None:
        counts = openings.groupby(["rep_id", "branch_id"]).size().sort_values(ascending=False, kind="stable")
        seats = counts.reset_index().drop_duplicates("rep_id")
    else:
        seats = assignments
    return {
        name: set(
            seats.loc[seats["branch_id"].isin(branches.loc[branches["kind"] == kind, "branch_id"]), "rep_id"]
        )
        for kind, name in BRANCH_KINDS.items()
    }


def _on_leave(folder: Path) -> dict[str, set[str]]:
    absences = _feed(folder, "absences", ("rep_id", "start_on", "end_on"), ("kind",))
    if absences is None:
        return {}
    start, end = (
        pd.to_datetime(absences[column].str[:10], errors="coerce") for column in ("start_on", "end_on")
    )
    long = (end - start).dt.days + 1 >= LONG_ABSENCE_DAYS
    return {"leave": set(absences.loc[long & absences["kind"].isin(["leave", "sick"]), "rep_id"])}
