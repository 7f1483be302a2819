"""The ranking of accounts: there are as many rows as accounts, so it is joined and sorted by DuckDB, from file to file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from surveil.config import EngineSettings
from surveil.engine.backends import duckdb_beside

if TYPE_CHECKING:
    import duckdb

_SCHEMA = pa.schema(
    [
        ("rank", pa.int64()),
        ("account_id", pa.string()),
        ("score", pa.float64()),
        ("rep_id", pa.string()),
        ("customer_id", pa.string()),
        ("opened_at", pa.string()),
        ("reasons", pa.string()),
    ]
)
ACCOUNT_RANK_COLUMNS = tuple(_SCHEMA.names)

_BATCH = 1_000_000

#: Accounts with the very same signs are kept apart by a hash of their ids, below what evidence can differ by.
_RANKED = """
    SELECT o.account_id,
           COALESCE(r.score, 0.0) * (1 - 1e-9) + 1e-9 * (md5_number_lower(o.account_id) / 18446744073709551616.0) AS score,
           o.rep_id, o.customer_id,
           strftime(DATE '1970-01-01' + CAST(o.opened_day AS INTEGER), '%Y-%m-%d') AS opened_at,
           COALESCE(r.reasons, '') AS reasons
    FROM read_parquet($opened) AS o
    LEFT JOIN read_parquet($rated) AS r ON r.account_id = o.account_id
    ORDER BY score DESC, o.account_id
"""


def rank_accounts(opened: Path, rated: Sequence[Path], target: Path, settings: EngineSettings) -> None:
    """Write the accounts, the likeliest to be unauthorized first; columns `ACCOUNT_RANK_COLUMNS`.

    Args:
        opened: the file of the model `staff_accounts`; an account that no detector rated stands last with score 0.
        rated: files with `account_id`, `score` and `reasons`.
        target: the file to write.
        settings: how much of the machine may be used, and where to put what does not fit.
    """
    with duckdb_beside(settings, target.parent, "ranks") as connection:
        _write(connection, opened, rated, target)


def _write(connection: duckdb.DuckDBPyConnection, opened: Path, rated: Sequence[Path], target: Path) -> None:
    files = {"opened": str(opened), "rated": [str(file) for file in rated]}
    batches: Any = connection.sql(_RANKED, params=files).to_arrow_reader(_BATCH)
    done = 0
    with pq.ParquetWriter(target, _SCHEMA) as writer:
        for batch in batches:
            ranks = pa.array(range(done + 1, done + 1 + batch.num_rows), pa.int64())
            table = pa.Table.from_batches([batch]).add_column(0, "rank", ranks)
            writer.write_table(table.cast(_SCHEMA))
            done += batch.num_rows
