"""A draft of an answer to read: the paper alone, names masked, nothing kept."""

from __future__ import annotations

from surveil.config import Workspace
from surveil.reports.finra import answer
from surveil.reports.making import Options, Request
from surveil.reports.matters.keeping import read_checked


def draft(workspace: Workspace, matter_id: str) -> bytes:
    """The response to a matter as PDF, names masked. The caller has made sure that whoever asks may have it.

    Raises:
        UsageError: as `surveil.reports.matters.produce`.
    """
    matter = read_checked(workspace, matter_id)
    request = Request(workspace, options=Options(matter=matter_id))
    return answer.files(matter.letter.id, request)[f"{matter.letter.id}.pdf"]
