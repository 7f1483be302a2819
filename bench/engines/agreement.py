"""Whether two engines measure the same, row for row, and every detector decides the same on it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pandas as pd

from surveil.config import Workspace
from surveil.detectors import registry
from surveil.engine import open_engine
from surveil.feeds import snapshots

Measured = dict[str, pd.DataFrame]


def models() -> list[str]:
    """The names of all models that detectors read."""
    return sorted({model for detector in registry.detectors().values() for model in detector.models})


def measured(workspace: Workspace, url: str, folder: Path, names: Sequence[str] | None = None) -> Measured:
    """The rows of models (default: all that detectors read) on the engine at an address."""
    snapshot = snapshots.current(workspace)
    parameters = registry.measured_parameters({})
    with open_engine(workspace.with_engine(url), snapshot, parameters=parameters, folder=folder) as engine:
        return {name: engine.fetch(name) for name in names or models()}


def measured_apart(
    workspace: Workspace,
    url: str,
    folder: Path,
    surroundings: Mapping[str, str],
    names: Sequence[str] | None = None,
) -> Measured:
    """The same in a process of its own, with these environment variables: a process can use one Spark only."""
    with ProcessPoolExecutor(1, get_context("spawn"), _surround, (dict(surroundings),)) as pool:
        return pool.submit(measured, workspace, url, folder, names).result()


def _surround(surroundings: dict[str, str]) -> None:
    os.environ.update(surroundings)


def differences(ours: Measured, theirs: Measured) -> Iterator[str]:
    """A sentence for each model whose rows differ and, where all models were measured, each detector that decides
    differently.
    """
    if ours.keys() != theirs.keys():
        yield f"not the same models: {sorted(ours.keys() ^ theirs.keys())}"
        return
    for name, frame in ours.items():
        yield from _difference(f"model {name}", frame, theirs[name])
    for detector in registry.detectors().values():
        if not ours.keys() >= set(detector.models):
            continue
        parameters = detector.parameters({})
        one, other = detector.decide(ours, parameters), detector.decide(theirs, parameters)
        yield from _difference(f"tests of {detector.id}", one.tests, other.tests)
        yield from _difference(f"items of {detector.id}", one.items, other.items)


def _difference(what: str, one: pd.DataFrame, other: pd.DataFrame) -> Iterator[str]:
    try:
        pd.testing.assert_frame_equal(one, other, check_exact=True, obj=what)
    except AssertionError as error:
        yield f"{what}: {error}"
