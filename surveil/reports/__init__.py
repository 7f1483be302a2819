"""Reports for supervisors, auditors and regulators: each written by name into a folder, the same bytes every time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from surveil.config import Workspace
from surveil.errors import UsageError

AuditHook = Callable[[str, str, str], None]
"""Enters a copy with personal data shown into the audit trail before it is made: (actor, report, run)."""
Writer = Callable[[Workspace, str | None, bool, str, AuditHook | None], Mapping[str, bytes]]


def write(
    name: str,
    workspace: Workspace,
    out: Path,
    run_id: str | None = None,
    reveal: bool = False,
    actor: str = "system",
    audit: AuditHook | None = None,
) -> list[Path]:
    """Write a report with its exhibits and manifest.

    Args:
        name: which report; `names()` lists them.
        out: folder to write into; made where it is not there. An earlier report there is replaced.
        run_id: the run reported; by default the last one.
        reveal: show names and free text, which are masked otherwise.
        actor: who asks, by his name as a user. Revealing asks for a person who may.
        audit: enters a revealed copy into a trail; by default the workspace's own.

    Returns:
        The files written, in the order of their names.

    Raises:
        UsageError: no such report, no such run, an item left open, or the actor may not do this.
    """
    writers = _writers()
    if name not in writers:
        raise UsageError(f"There is no report {name!r}. Reports: {', '.join(sorted(writers))}")
    files = writers[name](workspace, run_id, reveal, actor, audit)
    from surveil.reports.output import place

    return place(files, out)


def names() -> list[str]:
    """The reports there are."""
    return sorted(_writers())


def _writers() -> Mapping[str, Writer]:
    # A report brings ReportLab, pandas and the engine with it: only on demand.
    from surveil.reports.finra import cross_selling

    return {"finra-cross-selling": cross_selling.files}
