"""Every detector there is, found by looking through this package."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import Any

import surveil.detectors
from surveil.detectors.base import Detector
from surveil.errors import UsageError


@cache
def detectors() -> Mapping[str, Detector]:
    """Detectors by id, in the order of their ids.

    Raises:
        UsageError: two detectors share an id.
    """
    found: dict[str, Detector] = {}
    for module in pkgutil.walk_packages(surveil.detectors.__path__, "surveil.detectors."):
        for value in vars(importlib.import_module(module.name)).values():
            is_own = (
                isinstance(value, type) and issubclass(value, Detector) and value.__module__ == module.name
            )
            if is_own and not getattr(value, "__abstractmethods__", None):
                if value.id in found:
                    raise UsageError(f"two detectors are called {value.id}")
                found[value.id] = value()
    return dict(sorted(found.items()))


def chosen(ids: list[str] | None) -> list[Detector]:
    """The detectors with these ids (or slugs); all of them where none is named.

    Raises:
        UsageError: there is no such detector.
    """
    everything = detectors()
    if not ids:
        return list(everything.values())
    by_name = {**everything, **{d.slug: d for d in everything.values()}}
    unknown = [name for name in ids if name not in by_name and name.upper() not in by_name]
    if unknown:
        raise UsageError(f"There is no detector {', '.join(unknown)}. See: surveil detectors")
    wanted = {by_name.get(name) or by_name[name.upper()] for name in ids}
    return [d for d in everything.values() if d in wanted]


def measured_parameters(settings: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """The parameters that models take, of all detectors together.

    A name that two detectors give different values is refused: a shared measure has one value.
    """
    values: dict[str, int] = {}
    for detector in detectors().values():
        for name, value in detector.parameters(settings.get(detector.id, {})).measured().items():
            if values.setdefault(name, value) != value:
                raise UsageError(f"{detector.id}: the measured parameter {name} has another value elsewhere")
    return values
