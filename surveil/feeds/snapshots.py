"""What has been loaded, as of one load: the current version of every row, the earlier ones still readable."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from surveil.config import Workspace
from surveil.errors import UsageError
from surveil.feeds.contract import FEEDS

MANIFEST = "manifest.json"
_LOAD_FOLDER = re.compile(r"\d{6}")


@dataclass(frozen=True)
class Part:
    """The rows of a feed that one load brought: Parquet files, in the order in which they were read."""

    load_number: int
    files: tuple[Path, ...]


@dataclass(frozen=True)
class FeedState:
    """One feed in a snapshot.

    `columns` are the contract columns seen in any file's header. `parts` are oldest first; the current
    version of a row is the one in the latest part that has its key, and `rows` counts current versions.
    Every file in a part has all stored columns of the contract (empty where not handed over), and `_file`,
    `_line`, `_load`.
    """

    name: str
    present: bool
    columns: frozenset[str]
    parts: tuple[Part, ...]
    rows: int


@dataclass(frozen=True)
class Snapshot:
    """The data after one load. `feeds` has every feed of the contract, absent ones too."""

    id: str
    load_number: int
    feeds: Mapping[str, FeedState]
    loads: tuple[Mapping[str, Any], ...] = field(repr=False)

    def manifest(self) -> dict[str, Any]:
        """What the snapshot is made of, for runs and reports: files with SHA-256 and rows, by feed."""
        feeds: dict[str, Any] = {}
        for name, state in self.feeds.items():
            files = [
                {"load": load["load"], **file}
                for load in self.loads
                if name in load["feeds"]
                for file in load["feeds"][name]["files"]
            ]
            feeds[name] = {
                "present": state.present,
                "rows": state.rows,
                "columns": [column.name for column in FEEDS[name].columns if column.name in state.columns],
                "files": files,
            }
        return {"id": self.id, "load": self.load_number, "feeds": feeds}

    def altered(self) -> tuple[Path, ...]:
        """Stored files that are missing or no longer have the SHA-256 they were written with."""
        wrong = []
        stored = [
            (part.load_number, path)
            for state in self.feeds.values()
            for part in state.parts
            for path in part.files
        ]
        expected = {
            (load["load"], name, part["file"]): part["sha256"]
            for load in self.loads
            for name, feed in load["feeds"].items()
            for part in feed["parts"]
        }
        for number, path in stored:
            if not path.is_file() or file_digest(path) != expected[number, path.parent.name, path.name]:
                wrong.append(path)
        return tuple(wrong)


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def load_numbers(workspace: Workspace) -> tuple[int, ...]:
    """Numbers of the loads in the workspace, in order."""
    if not workspace.loads_dir.is_dir():
        return ()
    names = (entry.name for entry in workspace.loads_dir.iterdir() if entry.is_dir())
    return tuple(sorted(int(name) for name in names if _LOAD_FOLDER.fullmatch(name)))


def load_folder(workspace: Workspace, number: int) -> Path:
    """Where the load of that number is, or will be."""
    return workspace.loads_dir / f"{number:06d}"


def current(workspace: Workspace) -> Snapshot:
    """The snapshot after the latest load.

    Raises:
        UsageError: nothing has been loaded.
    """
    numbers = load_numbers(workspace)
    if not numbers:
        raise UsageError("Nothing has been loaded yet. Load a folder of feeds with: surveil load FOLDER")
    return at(workspace, numbers[-1])


def at(workspace: Workspace, load_number: int) -> Snapshot:
    """The snapshot as it was after that load.

    Raises:
        UsageError: there is no such load, or its manifest cannot be read.
    """
    numbers = load_numbers(workspace)
    if load_number not in numbers:
        known = ", ".join(str(number) for number in numbers) or "none"
        raise UsageError(f"There is no load {load_number} in this workspace (loads: {known}).")
    loads = []
    digest = hashlib.sha256()
    for number in numbers[: numbers.index(load_number) + 1]:
        content = _manifest_bytes(workspace, number)
        digest.update(hashlib.sha256(content).digest())
        loads.append(json.loads(content))
    feeds = {name: _state(workspace, name, loads) for name in FEEDS}
    identity = f"{load_number:06d}-{digest.hexdigest()[:16]}"
    return Snapshot(identity, load_number, MappingProxyType(feeds), tuple(loads))


def _manifest_bytes(workspace: Workspace, number: int) -> bytes:
    path = load_folder(workspace, number) / MANIFEST
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"The manifest of load {number} cannot be read ({path}: {error.strerror}). "
            "Restore the folder from a backup."
        ) from error


def _state(workspace: Workspace, name: str, loads: list[dict[str, Any]]) -> FeedState:
    parts, columns, rows = [], set(), 0
    for load in loads:
        feed = load["feeds"].get(name)
        if feed is None:
            continue
        folder = load_folder(workspace, load["load"]) / name
        parts.append(Part(load["load"], tuple(folder / part["file"] for part in feed["parts"])))
        columns.update(feed["columns"])
        rows += feed["accepted"] - feed["corrected"]
    return FeedState(name, bool(parts), frozenset(columns), tuple(parts), rows)
