"""A run told in lines of text: how much was found, and what could not be examined and why."""

from __future__ import annotations

from surveil.alerts.runs import gap_in_words
from surveil.scan.coverage import Ran
from surveil.scan.job import ScanResult


def scan_summary(result: ScanResult) -> str:
    """What `surveil scan` prints when it is done."""
    run = result.run
    lines = [
        f"Run {run.run_id}: {run.status}, data as of {run.as_of} (openings judged from {run.from_day}).",
        f"{result.alerts} alerts, {result.findings} findings.",
        *(
            f"{told['alerts']} alerts of {name} below high severity stand together as {told['as']}, one a branch."
            for name, told in run.coverage.get("gathered", {}).items()
        ),
        *run.limits,
        "",
        "What was examined:",
    ]
    for line in run.coverage["detectors"]:
        lines.append(f"  {line['detector']} {line['name']}: {_told(line)}")
        lines += [f"       not judged: {gap['count']:,} {gap_in_words(gap)}" for gap in line["gaps"]]
    return "\n".join(lines)


def _told(line: dict[str, object]) -> str:
    if line["status"] == Ran.YES:
        told = f"{line['examined']:,} examined, {line['found']:,} found, {line['tested']:,} representatives tested"
        return f"{told} ({line['reason']})" if line["reason"] else told
    return f"{line['status']}, because {line['reason']}"
