"""The last run's ranking of representatives, with each one's place among those of the same role."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as pq

from surveil.config import Workspace
from surveil.scan.ranking import signs_and_sum

FILE = "rank_reps.parquet"


@dataclass(frozen=True)
class RankedRep:
    """`rank` of `ranked` in the firm, `peer_rank` of `peers` in the same role; 1 is the most remarkable. `drivers` are the
    strongest signs, `adds_up` how they make the score, where the ranking says it.
    """

    rank: int
    ranked: int
    peer_rank: int
    peers: int
    score: float
    flagged: bool
    drivers: tuple[str, ...]
    adds_up: str


def ranked_reps(
    workspace: Workspace, roles: Mapping[str, str | None], run_id: str | None = None
) -> tuple[dict[str, RankedRep], tuple[str, ...]]:
    """(rep_id → his place, what is not known and why). Without a finished run nobody has a place."""
    rows = _rows(workspace, run_id)
    if rows is None:
        return {}, ("The last run's ranking of representatives is not in this workspace: scan again.",)
    places: dict[str | None, int] = defaultdict(int)
    sizes: dict[str | None, int] = defaultdict(int)
    for row in rows:
        sizes[roles.get(row["rep_id"])] += 1
    found = {}
    for row in rows:
        role = roles.get(row["rep_id"])
        places[role] += 1
        drivers, adds_up = _drivers(row["drivers"])
        found[row["rep_id"]] = RankedRep(
            rank=int(row["rank"]),
            ranked=len(rows),
            peer_rank=places[role],
            peers=sizes[role],
            score=float(row["score"]),
            flagged=bool(row["flagged"]),
            drivers=drivers,
            adds_up=adds_up,
        )
    return found, ()


def _rows(workspace: Workspace, run_id: str | None) -> list[dict[str, Any]] | None:
    pointer = workspace.runs_dir / "last"
    try:
        name = run_id or pointer.read_text(encoding="ascii").strip()
        rows: list[dict[str, Any]] = pq.read_table(workspace.runs_dir / name / FILE).to_pylist()
    except (OSError, ValueError):
        return None
    return sorted(rows, key=lambda row: int(row["rank"]))


def _drivers(value: Any) -> tuple[tuple[str, ...], str]:
    """What drives a rank, one a piece, and how it adds up; kept as text in the ranking, in the form its version wrote."""
    if isinstance(value, list):
        return tuple(str(item) for item in value), ""
    try:
        read = json.loads(value)
    except (ValueError, TypeError):
        read = None
    return (
        (tuple(str(item) for item in read), "") if isinstance(read, list) else signs_and_sum(str(value or ""))
    )
