"""The catalogue of detectors and their manual pages, cut into sections for a screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from surveil.alerts.alert import Action
from surveil.alerts.model import Severity, SubjectType
from surveil.alerts.people import User
from surveil.alerts.policy import demand
from surveil.config import Settings
from surveil.desk.runs import latest_run
from surveil.detectors.base import HEADINGS, Detector
from surveil.detectors.registry import chosen, detectors
from surveil.store import DeskSession
from surveil.store.tables import AlertRow


@dataclass(frozen=True)
class ParameterLine:
    """One parameter with the value in force; `changed` says that it is not the default."""

    name: str
    value: Any
    default: Any
    unit: str
    meaning: str
    citation: str

    @property
    def changed(self) -> bool:
        return bool(self.value != self.default)


@dataclass(frozen=True)
class ManualPage:
    """A detector as its manual page has it. `sections` are heading → text (lines starting with "- " are points)."""

    id: str
    name: str
    family: str
    typology: str
    kind: str
    status: str
    version: str
    needs: tuple[str, ...]
    sections: Mapping[str, str]
    parameters: tuple[ParameterLine, ...]


def manual_pages(settings: Mapping[str, Mapping[str, Any]]) -> tuple[ManualPage, ...]:
    """All detectors in the order of their ids, with the parameters that a workspace's settings give them."""
    return tuple(_page(detector, settings) for detector in detectors().values())


def manual_page(name: str, settings: Mapping[str, Mapping[str, Any]]) -> ManualPage | None:
    """One detector's page; None where this version has no such detector (an older alert, or one raised by hand)."""
    return _page(chosen([name])[0], settings) if name in detectors() else None


def named(detector: str) -> str:
    """A detector's id with its name; the id alone where this version has no such detector."""
    found = detectors().get(detector)
    return f"{detector} {found.name}" if found else detector


def gathered_if(
    session: DeskSession, user: User, settings: Settings, detector: str
) -> tuple[int, int] | None:
    """What the setting `gather` would do with this rule's alerts as the last scan left them: how many there are below
    high severity, and how many there would be. None where it can't be set, or is set already.
    """
    made = detectors().get(detector)
    session.narrow(user)
    demand(user, Action.READ)
    run = latest_run(session, user)
    if (
        made is None
        or not made.rule
        or made.subject is not SubjectType.REP
        or detector in settings.gather
        or not run
    ):
        return None
    query = (
        select(AlertRow.branch_id, func.count(AlertRow.alert_id))
        .where(
            AlertRow.detector == detector,
            AlertRow.run_id == run.run_id,
            AlertRow.subject_type == SubjectType.REP.value,
            AlertRow.severity_rank < Severity.HIGH.rank,
            AlertRow.item_count > 0,
            AlertRow.branch_id.is_not(None),
            AlertRow.q_value.is_(None) | (AlertRow.q_value > settings.fdr),
        )
        .group_by(AlertRow.branch_id)
    )
    counts = [count for _, count in session.execute(query)]
    return sum(counts), len(counts)


def _page(detector: Detector, settings: Mapping[str, Mapping[str, Any]]) -> ManualPage:
    parameters = detector.parameters(settings.get(detector.id, {}))
    return ManualPage(
        id=detector.id,
        name=detector.name,
        family=detector.family.value,
        typology=detector.typology,
        kind=detector.kind,
        status=detector.status,
        version=detector.version,
        needs=tuple(detector.needs),
        sections=_sections(detector.manual(parameters)),
        parameters=tuple(
            _line(name, info, parameters) for name, info in type(parameters).model_fields.items()
        ),
    )


def _line(name: str, info: Any, parameters: Any) -> ParameterLine:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    return ParameterLine(
        name,
        getattr(parameters, name),
        info.default,
        str(extra.get("unit", "")),
        info.description or "",
        str(extra.get("citation", "")),
    )


def _sections(manual: str) -> dict[str, str]:
    """The text under each of the fixed headings that the page has."""
    found: dict[str, str] = {}
    for part in manual.split("\n## ")[1:]:
        heading, _, text = part.partition("\n")
        found[heading.strip()] = text.strip()
    return {heading: found[heading] for heading in HEADINGS if heading in found}
