"""Reports for supervisors, auditors and regulators: each written by name into a folder, the same bytes every time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from surveil.config import Workspace
from surveil.errors import UsageError

if TYPE_CHECKING:
    from surveil.reports.making import AuditHook, Options, Request


class Report(NamedTuple):
    """A report there is: what makes its files, and which options it takes."""

    files: Callable[[Request], Mapping[str, bytes]]
    options: frozenset[str]


def write(
    name: str,
    workspace: Workspace,
    out: Path,
    run_id: str | None = None,
    reveal: bool = False,
    actor: str = "system",
    audit: AuditHook | None = None,
    options: Options | None = None,
) -> list[Path]:
    """Write a report with its exhibits and manifest.

    Args:
        name: which report; `names()` lists them.
        out: folder to write into; made where it is not there. An earlier report there is replaced.
        run_id: the run reported; by default the last one.
        reveal: show names and free text, which are masked otherwise.
        actor: who asks, by his name as a user. Revealing asks for a person who may.
        audit: enters a revealed copy into a trail; by default the workspace's own.
        options: what else the report is told, such as its period.

    Returns:
        The files written, in the order of their names.

    Raises:
        UsageError: no such report, no such run, an item left open, an option the report does not take, or the actor
            may not do this.
    """
    from surveil.reports.making import Options, Request
    from surveil.reports.output import place

    reports = _reports(workspace)
    if name not in reports:
        raise UsageError(f"There is no report {name!r}. Reports: {', '.join(sorted(reports))}")
    report, told = reports[name], options or Options()
    if foreign := sorted(told.given() - report.options):
        raise UsageError(f"The report {name} takes no {', '.join(foreign)}.")
    return place(report.files(Request(workspace, run_id, reveal, actor, audit, told)), out)


def names(workspace: Workspace | None = None) -> list[str]:
    """The reports there are; with a workspace, also answers to letters the firm has specified itself."""
    return sorted(_reports(workspace))


def _reports(workspace: Workspace | None) -> Mapping[str, Report]:
    # A report brings ReportLab, pandas and the engine with it: only on demand.
    from surveil.reports import complaints_4530, documentation, exceptions, rep_review
    from surveil.reports import period as period_report
    from surveil.reports.finra import answer
    from surveil.reports.finra.letter import letters
    from surveil.reports.lookback import report as lookback

    period = frozenset({"first", "last"})
    answers = {name: Report(partial(answer.files, name), period | {"matter"}) for name in letters(workspace)}
    return answers | {
        "detector-documentation": Report(documentation.files, period),
        "exceptions": Report(exceptions.files, period),
        "complaints-4530": Report(complaints_4530.files, frozenset({"quarter"})),
        "period": Report(period_report.files, period | {"quarter"}),
        "rep-review": Report(rep_review.files, period | {"reps"}),
        "lookback": Report(lookback.files, period | {"criteria"}),
    }
