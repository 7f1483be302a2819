"""The files of a response: the PDF, the exhibits, the firm's attachments, and the manifest over all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from surveil.reports.exhibits import MANIFEST, Exhibit, manifest
from surveil.reports.finra.compose import compose
from surveil.reports.finra.firm_file import FirmFile
from surveil.reports.finra.letter import Letter
from surveil.reports.finra.render import Paper, render
from surveil.reports.finra.response import Response
from surveil.reports.front import Part, feeds_exhibit, figures_exhibit, files_exhibit
from surveil.reports.sources import Sources
from surveil.reports.workbook import workbook


@dataclass(frozen=True)
class Made:
    """A finished answer: its files by path, and what they were made from."""

    files: Mapping[str, bytes]
    sources: Sources
    response: Response
    exhibits: Mapping[str, Exhibit]
    """The exhibits by the path of their file."""

    @property
    def items_of(self) -> dict[str, tuple[str, ...]]:
        """The item that each exhibit and attachment answers, by its path."""
        found: dict[str, tuple[str, ...]] = {}
        for item, answer in self.response.answers:
            paths = [path_of(exhibit) for exhibit in answer.exhibits] + [a.path for a in answer.attachments]
            found |= dict.fromkeys(paths, (item.number,))
        return found

    @property
    def titles(self) -> dict[str, str]:
        """The titles of attachments by their path."""
        return {attachment.path: attachment.title for attachment in self.response.attachments}


def path_of(exhibit: Exhibit) -> str:
    """Where an exhibit lies in the output folder."""
    return f"exhibits/{exhibit.file_name}"


def build(
    letter: Letter,
    sources: Sources,
    firm_file: FirmFile,
    folder: Path,
    *,
    mask_name: Callable[[str], str] | None,
    code_version: str,
) -> Made:
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
    front = (figures_exhibit(_parts(response)), feeds_exhibit(sources), files_exhibit(sources))
    paper = Paper(response, sources, firm_file, exhibits, front, mask_name is None, code_version)
    listed = {path_of(exhibit): exhibit for exhibit in (*front, *exhibits.values())}
    files = {path: exhibit.csv() for path, exhibit in listed.items()}
    files |= {attachment.path: attachment.content for attachment in response.attachments}
    files[f"{letter.id}.pdf"] = render(paper)
    files[f"{letter.id}.xlsx"] = workbook(list(listed.values()), sources.run.as_of)
    return Made({**files, MANIFEST: manifest(files)}, sources, response, listed)


def _parts(response: Response) -> list[Part]:
    return [
        Part(item.number, answer.figures, answer.blocks, answer.exhibits) for item, answer in response.answers
    ]
