"""Parquet feeds: natural types mean what their text would mean."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from surveil.errors import InputRefused
from surveil.feeds.rejects import read_rejects
from tests.feeds.firms import Firm, feed_of

MOMENT = datetime(2024, 3, 5, 10, 0, 7)
STORED = "transaction_id, account_id, posted_at_s, posted_at_day, posted_at_tod, kind, amount_cents"


def transactions(**changes: Any) -> Any:
    columns = {
        "transaction_id": pa.array(["T1", "T2"]),
        "account_id": pa.array(["A1", "A2"]),
        "posted_at": pa.array([MOMENT, MOMENT + timedelta(days=1)], pa.timestamp("us")),
        "kind": pa.array(["deposit", "fee"]).dictionary_encode(),
        "amount": pa.array([Decimal("10.50"), None], pa.decimal128(12, 2)),
    }
    return pa.table({**columns, **changes})


def not_utf8() -> Any:
    """Two texts of which the first is Latin-1: not every writer of Parquet keeps to UTF-8."""
    return pa.array([b"Andr\xe9", b"A2"]).view(pa.string())


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"transaction_id": pa.array(["T1", "T2"], pa.large_string())},
        {"posted_at": pa.array([MOMENT, MOMENT + timedelta(days=1)], pa.timestamp("ns"))},
        {"posted_at": pa.array(["2024-03-05 10:00:07", "2024-03-06T15:00:07Z"])},
        {
            "posted_at": pa.array(
                [
                    moment.replace(tzinfo=UTC) + timedelta(hours=5)
                    for moment in (MOMENT, MOMENT + timedelta(days=1))
                ],
                pa.timestamp("ms", "Europe/Riga"),
            )
        },
        {
            "posted_at": pa.array(
                [
                    moment.replace(tzinfo=UTC) + timedelta(hours=5)
                    for moment in (MOMENT, MOMENT + timedelta(days=1))
                ],
                pa.timestamp("ns", "UTC"),
            )
        },
        {"amount": pa.array([10.5, None], pa.float64())},
        {"amount": pa.array([10.5, None], pa.float32())},
        {"amount": pa.array(["10.50", ""])},
    ],
)
def test_every_way_to_write_a_value_gives_the_same(firm: Firm, changes: dict[str, Any]) -> None:
    pq.write_table(transactions(**changes), firm.folder / "transactions.parquet")
    report = firm.load()
    assert feed_of(report, "transactions").rejected == 0
    assert firm.rows("transactions", STORED) == [
        ("T1", "A1", 1709650807, 19787, 36007, "deposit", 1050),
        ("T2", "A2", 1709737207, 19788, 36007, "fee", None),
    ]
    assert firm.rows("transactions", "_file, _line") == [
        ("transactions.parquet", 1),
        ("transactions.parquet", 2),
    ]


def test_numbers_dates_and_truth_values(firm: Firm) -> None:
    table = pa.table(
        {
            "rep_id": pa.array([7, 8], pa.int64()),
            "name": ["a", "b"],
            "role": ["banker", "banker"],
            "hired_on": pa.array([date(2020, 1, 1), date(1960, 1, 1)]),
            "terminated_on": pa.array([datetime(2024, 1, 1), None], pa.timestamp("ns")),
            "registered": pa.array([True, None]),
            "crd_number": pa.nulls(2),
        }
    )
    pq.write_table(table, firm.folder / "reps-2.parquet")
    assert feed_of(firm.load(), "reps").rejected == 0
    assert firm.rows("reps", "rep_id, hired_on_day, terminated_on_day, registered, crd_number")[:2] == [
        ("7", 18262, 19723, 1, None),
        ("8", -3653, None, None, None),
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"account_id": pa.array([1.0, None])}, "account_id is stored as a decimal number"),
        (
            {"account_id": pa.array([Decimal(1), Decimal(2)], pa.decimal128(38, 10))},
            "account_id is stored as a decimal",
        ),
        ({"account_id": not_utf8()}, "account_id is not UTF-8"),
        ({"account_id": not_utf8().dictionary_encode()}, "account_id is not UTF-8"),
        ({"amount": pa.array([4_111_111_111_111_111.0, 1.0])}, "amount is not a plain decimal"),
        ({"amount": pa.array([float("inf"), 1.0])}, "amount is not a plain decimal"),
        ({"amount": pa.array([float("nan"), 1.0])}, "amount is not a plain decimal"),
        ({"amount": pa.array([1e17, 1.0])}, "amount is not a plain decimal"),
        ({"account_id": pa.array(["A\0", "A2"])}, "account_id contains a NUL byte"),
        ({"account_id": pa.array(["A" * 1_000_001, "A2"])}, "account_id is longer than"),
        ({"kind": pa.array([None, "fee"])}, "kind is empty"),
        ({"posted_at": pa.array([-(2**62), 0], pa.timestamp("us"))}, "posted_at is not a date and time"),
    ],
)
def test_rows_rejected_are_kept_as_json(firm: Firm, changes: dict[str, Any], reason: str) -> None:
    pq.write_table(transactions(**changes), firm.folder / "transactions.parquet")
    report = feed_of(firm.load(), "transactions")
    assert report.read == report.accepted + report.rejected == 2
    reject = next(read_rejects(firm.workspace, 1))
    assert (reject.line, reject.file) == (1, "transactions.parquet")
    assert reject.reason.startswith(reason)
    assert json.loads(reject.text)["transaction_id"] == "T1"


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": pa.array([["deposit"], ["fee"]])},
        {"account_id": pa.array([b"A1", b"A2"])},
        {"amount": pa.array([timedelta(days=1), None])},
        {"amount": pa.array([Decimal(1), None], pa.decimal256(50, 2))},
        {"amount": pa.array([np.float16(1), None], pa.float16())},
    ],
)
def test_types_that_no_cell_has_are_refused(firm: Firm, changes: dict[str, Any]) -> None:
    pq.write_table(transactions(**changes), firm.folder / "transactions.parquet")
    with pytest.raises(InputRefused, match=f"transactions.parquet: the column {next(iter(changes))}"):
        firm.load()


def test_a_damaged_page_is_refused(firm: Firm) -> None:
    path = firm.folder / "transactions.parquet"
    pq.write_table(transactions(), path, compression="zstd")
    data = bytearray(path.read_bytes())
    data[4:200] = bytes(196)
    path.write_bytes(data)
    with pytest.raises(InputRefused, match=r"transactions\.parquet"):
        firm.load()
    assert firm.tree() == {}
