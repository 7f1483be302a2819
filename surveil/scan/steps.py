"""The finished steps of a scan, kept beside it, so that a scan that was stopped goes on from there."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from surveil.detectors.base import Decision, Detector, Gap
from surveil.engine import Engine, read_frame

_PACKAGE = Path(__file__).resolve().parent.parent
_ASIDE, _STOPPED = ".making-", ".stopped-"
_FRAMES = ("items", "tests", "accounts")


def key_of(**depends_on: Any) -> str:
    """A name for a scan that only the very same scan has: same data, settings, detectors, version and program text."""
    program = hashlib.sha256()
    for file in sorted([*_PACKAGE.rglob("*.py"), *_PACKAGE.rglob("*.sql")]):
        program.update(str(file.relative_to(_PACKAGE)).encode() + b"\0" + file.read_bytes() + b"\0")
    told = json.dumps({**depends_on, "program": program.hexdigest()}, sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


@contextmanager
def aside(runs: Path, key: str) -> Iterator[Path]:
    """A folder to make a run in: that of the same scan where one was stopped, else a new one.

    What is in it is kept if the run is stopped after it finished a step; a run that is moved to its place leaves nothing.
    Only the scan stopped last is kept. The folder belongs to one process: it is taken by renaming it.
    """
    folder = _taken(runs, key) or Path(tempfile.mkdtemp(prefix=f"{_ASIDE}{key}-{os.getpid()}-", dir=runs))
    try:
        yield folder
    except BaseException:
        if folder.exists() and any((folder / "steps").glob("*.json")):
            shutil.rmtree(runs / f"{_STOPPED}{key}", ignore_errors=True)
            folder.rename(runs / f"{_STOPPED}{key}")
        raise
    else:
        for left in _left(runs):
            shutil.rmtree(left, ignore_errors=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _taken(runs: Path, key: str) -> Path | None:
    """The folder of the same scan that was stopped or killed, now this process's own."""
    for left in _left(runs):
        if left.name.startswith((f"{_STOPPED}{key}", f"{_ASIDE}{key}-")):
            own = left.with_name(f"{_ASIDE}{key}-{os.getpid()}-again")
            try:
                left.rename(own)
            except OSError:  # another process was quicker
                continue
            return own
    return None


def _left(runs: Path) -> list[Path]:
    """Folders of scans that nobody is working on."""
    making = [f for f in runs.glob(f"{_ASIDE}*-*-*") if not _alive(f.name.removeprefix(_ASIDE).split("-")[1])]
    return sorted([*runs.glob(f"{_STOPPED}*"), *making])


def _alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return False
    except OSError:
        return True
    return True


class Steps:
    """What a scan has measured and decided so far, in the folder it is made in.

    A step counts once its record is written, last of all; what a record does not vouch for by its hash is made again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._measurements = folder / "measurements"
        self._records = folder / "steps"
        for made in (self._measurements, self._records):
            made.mkdir(exist_ok=True)
        self.finished: dict[str, dict[str, Any]] = {}
        vouched: set[str] = set()
        for file in sorted(self._records.glob("*.json")):
            record = _read(file)
            if record is None or not all(self._is(name, value) for name, value in record["files"].items()):
                file.unlink()
                continue
            self.finished[file.stem] = record
            vouched |= set(record["files"])
        for file in [*self._measurements.iterdir(), *self._records.glob("*.parquet*")]:
            if self._name(file) not in vouched:
                file.unlink()

    def measure(self, engine: Engine, model: str) -> None:
        """Measure a model, once a scan."""
        if not self.is_measured(model):
            engine.write(model, self._measurements / f"{model}.parquet")

    def measured(self, model: str) -> pd.DataFrame:
        """The rows of a model that was measured."""
        return read_frame(self._measurements / f"{model}.parquet")

    def is_measured(self, model: str) -> bool:
        return (self._measurements / f"{model}.parquet").exists()

    def keep(self, detector: Detector, decision: Decision) -> Decision:
        """Write a decision down, and give it as it will be read: a scan that goes on says the same as one that was whole."""
        files = [self._measurements / f"{model}.parquet" for model in detector.models]
        for name in _FRAMES:
            frame = getattr(decision, name)
            if frame is not None:
                files.append(self._frame_file(detector.id, name))
                _as_text(frame).to_parquet(files[-1], index=False)
        record = {
            "examined": decision.examined,
            "gaps": [[gap.count, gap.reason] for gap in decision.gaps],
            "files": {self._name(file): _hash(file) for file in files},
        }
        file = self._records / f"{detector.id}.json"
        fresh = file.with_suffix(".fresh")
        fresh.write_text(json.dumps(record), encoding="utf-8")
        fresh.replace(file)
        self.finished[detector.id] = record
        return self.decision(detector.id)

    def decision(self, detector_id: str) -> Decision:
        """The decision of a finished step."""
        record = self.finished[detector_id]
        items, tests, accounts = (self._frame(detector_id, name) for name in _FRAMES)
        assert items is not None and tests is not None  # noqa: S101, PT018
        return Decision(
            items.assign(detail=[json.loads(text) for text in items["detail"]]),
            tests,
            record["examined"],
            tuple(Gap(count, reason) for count, reason in record["gaps"]),
            accounts,
        )

    def put_away(self) -> None:
        """Leave the measurements and forget the steps: the run is whole."""
        shutil.rmtree(self._records)

    def _frame_file(self, detector_id: str, name: str) -> Path:
        return self._records / f"{detector_id}.{name}.parquet"

    def _frame(self, detector_id: str, name: str) -> pd.DataFrame | None:
        file = self._frame_file(detector_id, name)
        return pd.read_parquet(file) if file.exists() else None

    def _name(self, file: Path) -> str:
        return file.relative_to(self._folder).as_posix()

    def _is(self, name: str, value: str) -> bool:
        file = self._folder / name
        return file.is_file() and _hash(file) == value


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame as Parquet can hold it: the details as JSON."""
    if "detail" not in frame.columns:
        return frame
    return frame.assign(
        detail=[json.dumps(d, sort_keys=True, ensure_ascii=False, default=int) for d in frame["detail"]]
    )


def _read(file: Path) -> dict[str, Any] | None:
    try:
        record: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return {name: record[name] for name in ("examined", "gaps", "files")}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
