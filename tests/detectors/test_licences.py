"""The licence matrix: whole, in the language of the products feed, with unconfirmed rows marked and errors told by line."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from surveil.detectors.competence.licences import document, licence_matrix, read_matrix, regulated_families
from surveil.engine.staging import requirement_clauses
from surveil.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]
CODES = {
    "SIE", "S6", "S7", "S22", "S52", "S63", "S65", "S66", "S82", "IAR", "LIFE", "HEALTH", "VARIABLE", "PC", "MLO",
}  # fmt: skip
HEAD = "product,family,requires,verified,basis\n"


def test_every_row_is_read_as_the_products_feed_is() -> None:
    rows = pd.DataFrame([{"product_code": row.product, "requires": row.requires} for row in licence_matrix()])
    clauses = requirement_clauses(rows)
    assert set(clauses["qualification"]) <= CODES
    assert set(clauses["product_code"]) == set(rows["product_code"])


def test_shares_are_not_for_holders_of_series_6_alone() -> None:
    for row in licence_matrix():
        if row.family in ("equity", "bond", "structured_note"):
            assert "S6|" not in row.requires
            assert "S6;" not in row.requires


def test_unconfirmed_rows_are_marked_on_the_page_and_make_nothing_regulated() -> None:
    assert document().count("**not verified**") == sum(not row.verified for row in licence_matrix()) > 0
    assert {"mutual_fund", "mortgage", "life"} <= regulated_families()
    assert not {"deposit", "card", "feature"} & regulated_families()


def test_the_page_is_up_to_date() -> None:
    """Rewritten by: python -m surveil.detectors.competence.licences > docs/licences.md"""
    assert (ROOT / "docs" / "licences.md").read_text(encoding="utf-8") == document()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("product,family,requires\n", "lacks the columns: verified, basis"),
        (HEAD + "Boats,boat,S7,yes,none\n", "line 2: 'boat' is no family"),
        (HEAD + "Shares,equity,S7,maybe,none\n", "line 2: verified is yes or no"),
        (HEAD + "Shares,equity,S7,yes,x\nNotes,bond, ;,yes,x\n", "line 3: requires is empty"),
        ("", "lacks the columns"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        read_matrix(text, "own.csv")
