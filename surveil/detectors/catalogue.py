"""The catalogue of detectors as text: one line each, or a manual page with the parameters in force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from surveil.detectors.base import Detector
from surveil.detectors.registry import chosen, detectors


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
    """A detector's manual page with its parameters as this workspace has them.

    Raises:
        UsageError: there is no such detector.
    """
    detector = chosen([name])[0]
    parameters = detector.parameters(settings.get(detector.id, {}))
    return f"{detector.manual(parameters)}\n\n## Parameters\n{_parameters(detector, parameters)}\n"


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
