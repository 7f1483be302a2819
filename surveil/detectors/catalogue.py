"""The catalogue of detectors as text: one line each, or a manual page with the parameters in force."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from surveil.detectors.base import Detector
from surveil.detectors.registry import chosen, detectors

#: Detector -> what has to come out -> the cases; written by the tests from their own files, and compared with these.
_TESTED = Path(__file__).with_name("tested.json")
_KINDS = {
    "fires": "Fires",
    "quiet": "Stays quiet",
    "boundary": "At its bounds",
    "insufficient": "Says that it is not known",
    "not run": "Says that it does not run",
}


def table() -> str:
    """One line a detector: id, name, family, severity, status, typology."""
    rows = [(d.id, d.name, d.family, d.kind, d.status, d.typology) for d in detectors().values()]
    header = ("id", "name", "family", "kind", "status", "typologies")
    widths = [max(len(str(row[i])) for row in [header, *rows]) for i in range(len(header))]
    return "\n".join(
        "  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [header, *rows]
    )


def page(name: str, settings: Mapping[str, Mapping[str, Any]]) -> str:
    """A detector's manual page with its parameters as this workspace has them, and the cases that it is tested by.

    Raises:
        UsageError: there is no such detector.
    """
    detector = chosen([name])[0]
    parameters = detector.parameters(settings.get(detector.id, {}))
    told = {"Parameters": _parameters(detector, parameters), "How it is tested": _tested(detector)}
    sections = "\n\n".join(f"## {title}\n{text}" for title, text in told.items())
    return f"{detector.manual(parameters)}\n\n{sections}\n"


def _tested(detector: Detector) -> str:
    """The cases that every test run of this version holds the detector to, by what has to come out."""
    cases = json.loads(_TESTED.read_text(encoding="utf-8"))[detector.id]
    parts = [
        "\n".join([f"{title}:", *(f"- {name}" for name in cases[kind])])
        for kind, title in _KINDS.items()
        if kind in cases
    ]
    return "\n".join(
        [*parts, "How well all detectors together find what was planted is measured in docs/accuracy.md."]
    )


def _parameters(detector: Detector, parameters: Any) -> str:
    lines = [f"version {detector.version}; needs {', '.join(detector.needs)}"]
    for field, info in type(parameters).model_fields.items():
        extra = info.json_schema_extra
        unit = extra.get("unit", "") if isinstance(extra, dict) else ""
        cited = extra.get("citation", "") if isinstance(extra, dict) else ""
        lines.append(
            f"- {field} = {getattr(parameters, field)} {unit} (default {info.default}): {info.description}"
        )
        again = "; when it is changed the next scan measures again" if field in parameters.measured() else ""
        lines.append(f"  source of the default: {cited}{again}")
    return "\n".join(lines)
