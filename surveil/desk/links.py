"""What ties the people behind an alert, read from what its run wrote down; values masked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from surveil.alerts.alert import Alert
from surveil.desk.evidence import FINDINGS_FILE, run_file
from surveil.desk.masking import HIDDEN, mask_email, mask_phone
from surveil.desk.triage import Revealed
from surveil.links import LINK_COLUMNS, Graph, Scope, graph_of

LINKS_FILE = "links.parquet"


@dataclass(frozen=True)
class AlertLinks:
    """The graph of an alert's accounts (see `surveil.links.Graph`), or why there is none."""

    graph: Graph | None
    problem: str | None = None


def alert_links(
    runs_dir: Path, alert: Alert, revealed: Revealed | None = None, scope: Scope | None = None
) -> AlertLinks:
    """What ties the accounts behind an alert, in the run whose values it shows: contacts, homes, devices, documents, sources
    of money. Values are masked unless revealed for it; one value has one label throughout.
    """
    found = run_file(runs_dir, alert, FINDINGS_FILE)
    if found.problem is not None or found.file is None:
        return AlertLinks(None, found.problem)
    file = found.file.with_name(LINKS_FILE)
    if not file.is_file():
        return AlertLinks(None, "The run is older than the drawing of links: scan again to have one.")
    try:
        rows = _rows(found.file, file, alert.alert_id)
    except (pa.ArrowException, OSError, KeyError):
        return AlertLinks(None, "The links of the run can't be read; the file is damaged.")
    plain = revealed is not None and revealed.alert_id == alert.alert_id
    masks = {} if plain else _masks(rows)
    graph = graph_of(rows, alert.rep_id, scope, lambda kind, value: masks.get((kind, value), value))
    return AlertLinks(graph)


def _rows(findings: Path, links: Path, alert_id: str) -> pd.DataFrame:
    behind = ds.dataset(findings, format="parquet").to_table(
        columns=["account_id"], filter=pc.field("alert_id") == alert_id
    )
    accounts = pc.unique(behind["account_id"].drop_null())
    table = ds.dataset(links, format="parquet").to_table(
        columns=list(LINK_COLUMNS), filter=pc.field("account_id").isin(accounts)
    )
    return table.to_pandas()


def _masks(rows: pd.DataFrame) -> dict[tuple[str, str], str]:
    """A label for each personal value; those that read alike when masked are told apart by a number."""
    masks: dict[tuple[str, str], str] = {}
    used: dict[tuple[str, str], int] = {}
    for kind, value in sorted(set(zip(rows["kind"], rows["value"], strict=True))):
        if kind not in ("phone", "email", "address"):
            continue
        shown = _masked(kind, value)
        used[kind, shown] = used.get((kind, shown), 0) + 1
        number = used[kind, shown]
        masks[kind, value] = shown if number == 1 else f"{shown} ({number})"
    return masks


def _masked(kind: str, value: str) -> str:
    if kind == "address":
        return HIDDEN
    return mask_phone(value) if kind == "phone" else mask_email(value)
