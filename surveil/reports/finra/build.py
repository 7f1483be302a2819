"""The files of a response: the PDF, the exhibits, the firm's attachments, and the manifest over all of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from surveil.reports.exhibits import MANIFEST, Exhibit, manifest
from surveil.reports.finra.compose import compose
from surveil.reports.finra.firm_file import FirmFile
from surveil.reports.finra.front import feeds_exhibit, figures_exhibit, files_exhibit
from surveil.reports.finra.letter import Letter
from surveil.reports.finra.render import Paper, render
from surveil.reports.sources import Sources


def build(
    letter: Letter,
    sources: Sources,
    firm_file: FirmFile,
    folder: Path,
    *,
    mask_name: Callable[[str], str] | None,
    code_version: str,
) -> dict[str, bytes]:
    """Every file of the response by its path in the output folder, the manifest included.

    Args:
        folder: where the firm's attachments lie.
        mask_name: how a name is masked; None makes a copy with personal data shown.

    Raises:
        UsageError: an item is in no state, or the firm's file contradicts the data.
    """
    response = compose(letter, sources, firm_file, folder)

    def copy(exhibit: Exhibit) -> Exhibit:
        return exhibit if mask_name is None else exhibit.masked(mask_name)

    exhibits = {exhibit.number: copy(exhibit) for exhibit in response.exhibits}
    front = (figures_exhibit(response), feeds_exhibit(sources), files_exhibit(sources))
    paper = Paper(response, sources, firm_file, exhibits, front, mask_name is None, code_version)
    files = {f"exhibits/{e.file_name}": e.csv() for e in (*front, *exhibits.values())}
    files |= {attachment.path: attachment.content for attachment in response.attachments}
    files[f"{letter.id}.pdf"] = render(paper)
    return {**files, MANIFEST: manifest(files)}
