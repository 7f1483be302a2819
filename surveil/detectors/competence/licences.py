"""The licence matrix: what registrations each kind of product requires, read from `licences.csv` beside this file.

Columns: `product`, its `family`, `requires` (written as in the products feed), `verified` (yes, or no where the rule was not
confirmed at its source) and its `basis`. What counts in a scan is what a firm's own products say; the matrix is where they
are filled in from, and tells which of them say nothing though such products need a licence.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cache
from importlib import resources

from surveil.errors import UsageError
from surveil.feeds.contract import FEEDS

COLUMNS = ("product", "family", "requires", "verified", "basis")


@dataclass(frozen=True)
class Licence:
    """One row of the matrix."""

    product: str
    family: str
    requires: str
    verified: bool
    basis: str


@cache
def licence_matrix() -> tuple[Licence, ...]:
    """The matrix that surveil comes with."""
    text = resources.files(__package__).joinpath("licences.csv").read_text(encoding="utf-8")
    return read_matrix(text, "licences.csv")


def read_matrix(text: str, name: str) -> tuple[Licence, ...]:
    """The rows of a matrix.

    Raises:
        UsageError: a column is missing, a family is none, or a row says neither yes nor no, with the line.
    """
    rows = csv.DictReader(io.StringIO(text, newline=""))
    missing = [column for column in COLUMNS if column not in (rows.fieldnames or [])]
    if missing:
        raise UsageError(f"{name}: the licence matrix lacks the columns: {', '.join(missing)}.")
    families = FEEDS["products"].column("family").values or ()
    made = []
    for row in rows:
        where = f"{name}, line {rows.line_num}"
        if row["family"] not in families:
            raise UsageError(f"{where}: {row['family']!r} is no family of products.")
        if row["verified"] not in ("yes", "no"):
            raise UsageError(f"{where}: verified is yes or no, not {row['verified']!r}.")
        if not (row["requires"] or "").strip(";| "):
            raise UsageError(f"{where}: requires is empty; leave out what needs no licence.")
        made.append(
            Licence(
                row["product"], row["family"], row["requires"], row["verified"] == "yes", row["basis"] or ""
            )
        )
    return tuple(made)


def regulated_families() -> frozenset[str]:
    """Families all of whose products need some registration, whichever it is, by confirmed rules."""
    return frozenset(licence.family for licence in licence_matrix() if licence.verified)


def document() -> str:
    """The matrix as a page: `python -m surveil.detectors.competence.licences > docs/licences.md`."""
    lines = [
        "# The licence matrix",
        "",
        "What registrations products require in the United States, as of the day of a sale. It is kept in",
        "`surveil/detectors/competence/licences.csv`, for a compliance department to correct and extend. Rows that were not",
        "confirmed at their source say so: **check them before you rely on them**. `;` is *and*, `|` is *or*.",
        "",
        "What counts in a scan (CS01) is the column `requires` of the firm's own products. The coverage report counts sales",
        "of products that say nothing there, though by a confirmed row of this matrix such products need a licence.",
        "",
        "| product | family | requires | verified | basis |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in licence_matrix():
        requires = row.requires.replace("|", "\\|")
        verified = "yes" if row.verified else "**not verified**"
        lines.append(f"| {row.product} | {row.family} | `{requires}` | {verified} | {row.basis} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(document(), end="")
