"""The answer to a letter, by the letter's id: gather what its items ask for, compose, build."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from surveil import __version__
from surveil.errors import UsageError
from surveil.reports.finra.build import Made, build
from surveil.reports.finra.compose import Examined, examine
from surveil.reports.finra.firm_file import FirmFile, read_firm_file
from surveil.reports.finra.items import models
from surveil.reports.finra.items.listed import needed, table_name
from surveil.reports.finra.letter import Item, Letter, find_letter
from surveil.reports.gather import FeedRows, Wanted
from surveil.reports.making import Request, sources_for
from surveil.reports.matters.keeping import attachments_folder, read_checked
from surveil.reports.sources import Period, Sources

RESPONSES = "responses"


def files(name: str, request: Request) -> Mapping[str, bytes]:
    """The files of the response by their path; as `made`."""
    return made(name, request).files


def made(name: str, request: Request, first_number: int = 1) -> Made:
    """The finished response.

    With a matter, letter and answers are those of the matter; otherwise the firm's part is `responses/NAME.yml`.

    Raises:
        UsageError: as `surveil.reports.write`.
    """
    part = _firm_part(name, request)
    firm_file = part.file.model_copy(update={"first_number": first_number})
    sources = _sources(name, request, part)
    return build(
        part.letter, sources, firm_file, part.folder, mask_name=request.masking, code_version=__version__
    )


def examined(name: str, request: Request) -> tuple[Sources, tuple[Examined, ...]]:
    """What the response would be made from, and every item as it stands, finished or not."""
    part = _firm_part(name, request)
    sources = _sources(name, request, part)
    return sources, examine(part.letter, sources, part.file, part.folder)


@dataclass(frozen=True)
class _FirmPart:
    """A letter and what the firm says to it; its documents lie in `folder`."""

    letter: Letter
    file: FirmFile
    folder: Path


def _firm_part(name: str, request: Request) -> _FirmPart:
    if request.options.matter:
        matter = read_checked(request.workspace, request.options.matter)
        if matter.letter.id != name:
            raise UsageError(
                f"Matter {matter.id} is about another letter: surveil report {matter.letter.id} --matter {matter.id}"
            )
        return _FirmPart(matter.letter, matter.firm_file(), attachments_folder(request.workspace, matter.id))
    letter, folder = find_letter(name, request.workspace), request.workspace.path / RESPONSES
    return _FirmPart(letter, read_firm_file(folder, letter), folder)


def _sources(name: str, request: Request, part: _FirmPart) -> Sources:
    return sources_for(request, name, wanted(part.letter), request.period or _period(part.file))


def wanted(letter: Letter) -> Wanted:
    """What the items of a letter read of the data."""
    listed = {table_name(item): _rows(item, letter) for item in letter.items if item.records}
    return Wanted(models(letter), listed, letter.subjects)


def _rows(item: Item, letter: Letter) -> FeedRows:
    assert item.records is not None  # noqa: S101 - for the type checker; the caller has looked
    where = dict(item.records.where)
    for kind, ids in letter.subjects.items():
        if kind in item.records.subjects:
            where[item.records.subjects[kind]] = ids
    return FeedRows(item.records.feed, item.records.day, needed(item.records), where)


def _period(firm_file: FirmFile) -> Period | None:
    return Period(firm_file.period.first, firm_file.period.last) if firm_file.period else None
