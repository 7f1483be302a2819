"""The finished steps of a scan, kept beside it, so that a scan that was stopped goes on from there."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from surveil.config import EngineSettings
from surveil.detectors.base import Decision, Detector, Gap, one_a_reason
from surveil.engine import Engine, in_parts, read_frame, read_no_rows
from surveil.scan.evidence import Kept, read_parts

_PACKAGE = Path(__file__).resolve().parent.parent
_ASIDE, _STOPPED = ".making-", ".stopped-"
#: What DuckDB calls it.
_OUT_OF_MEMORY = "OutOfMemoryException"
_FRAMES = ("items", "tests", "accounts")


def key_of(**depends_on: Any) -> str:
    """A name for a scan that only the very same scan has: same data, settings, detectors, version and program text."""
    program = hashlib.sha256()
    for file in sorted([*_PACKAGE.rglob("*.py"), *_PACKAGE.rglob("*.sql")]):
        program.update(str(file.relative_to(_PACKAGE)).encode() + b"\0" + file.read_bytes() + b"\0")
    told = json.dumps({**depends_on, "program": program.hexdigest()}, sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


@contextmanager
def aside(runs: Path, key: str, settings: EngineSettings) -> Iterator[Path]:
    """A folder to make a run in: that of the same scan where one was stopped, else a new one.

    What is in it is kept if the run is stopped after it measured or finished something; a run that is moved to its place
    leaves nothing. Only the scan stopped last is kept. The folder belongs to one process: it is taken by renaming it.

    Args:
        settings: say where a scan that was killed left what did not fit into memory.
    """
    for left in _left(runs):
        shutil.rmtree(settings.spill(left), ignore_errors=True)
    folder = _taken(runs, key) or Path(tempfile.mkdtemp(prefix=f"{_ASIDE}{key}-{os.getpid()}-", dir=runs))
    try:
        yield folder
    except BaseException:
        if folder.exists() and any((folder / "steps").glob("*.*")):
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


@dataclass(frozen=True)
class Written:
    """What was decided of a part of the firm, the rows in files: name of the frame -> file."""

    examined: int
    gaps: tuple[Gap, ...]
    files: Mapping[str, Path]


class Steps:
    """What a scan has measured and decided so far, in the folder it is made in.

    A measurement counts once its hash is sealed in a file of its own, a step once its record is written, each last of all.
    What is not as it was left is made again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._measurements = folder / "measurements"
        self._records = folder / "steps"
        for made in (self._measurements, self._records):
            made.mkdir(exist_ok=True)
        for left in set(folder.iterdir()) - {self._measurements, self._records}:  # by a scan that was killed
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        for seal in self._records.glob("*.seal"):
            if not _is(self.file(seal.stem), _text(seal)):
                seal.unlink()
        self.finished: dict[str, dict[str, Any]] = {}
        vouched = {self.file(model) for model in self.sealed()}
        for file in sorted(self._records.glob("*.json")):
            record = _read(file)
            if record is None or not self._holds(record):
                file.unlink()
                continue
            self.finished[file.stem] = record
            vouched |= {self._records / name for name in record["files"]}
        for file in {*self._measurements.iterdir(), *self._records.glob("*.parquet*")} - vouched:
            file.unlink()

    def _holds(self, record: Mapping[str, Any]) -> bool:
        """Whether the files of a step are as they were left, and made from these very measurements."""
        sealed = self.sealed()
        return all(sealed.get(model) == seal for model, seal in record["models"].items()) and all(
            _is(self._records / name, value) for name, value in record["files"].items()
        )

    def adopt(self, measurements: Path, sealed: Mapping[str, str]) -> int:
        """Take over what another scan has measured alike; how many models that were.

        Args:
            measurements: the folder with its files, which stay.
            sealed: model -> the SHA-256 its file must have.
        """
        adopted = 0
        for model, seal in sealed.items():
            file = measurements / self.file(model).name
            if not self.is_measured(model) and _is(file, seal):
                try:
                    os.link(file, self.file(model))
                except FileNotFoundError:  # another scan has replaced that run meanwhile
                    break
                except OSError:  # not every file system has links
                    shutil.copyfile(file, self.file(model))
                self._seal(model, seal)
                adopted += 1
        return adopted

    def sealed(self) -> dict[str, str]:
        """The SHA-256 of what was measured, by model."""
        return {seal.stem: _text(seal) for seal in sorted(self._records.glob("*.seal"))}

    def measure(self, engine: Engine, model: str) -> None:
        """Measure a model, once a scan."""
        if not self.is_measured(model):
            engine.write(model, self.file(model))
            self._seal(model, _hash(self.file(model)))

    def measured(self, detector: Detector, part: int | None = None) -> dict[str, pd.DataFrame]:
        """The rows of a detector's models, all of them or those that a part of the firm is judged by."""
        return {model: self._measured(detector, model, part) for model in detector.models}

    def _measured(self, detector: Detector, model: str, part: int | None) -> pd.DataFrame:
        file = self.file(model)
        whole = part is None or part == 0 or model in detector.undivided or in_parts(file)
        return read_frame(file, part) if whole else read_no_rows(file)

    def file(self, model: str) -> Path:
        """Where the rows of a model are written."""
        return self._measurements / f"{model}.parquet"

    def is_measured(self, model: str) -> bool:
        return self._seal_of(model).exists()

    def _seal_of(self, model: str) -> Path:
        return self._records / f"{model}.seal"

    def _seal(self, model: str, value: str) -> None:
        fresh = self._seal_of(model).with_suffix(".fresh")
        fresh.write_text(value, encoding="ascii")
        fresh.replace(self._seal_of(model))

    def write(self, detector: Detector, part: int, decision: Decision) -> Written:
        """Write down what was decided of one part of the firm (0 where it is judged whole)."""
        files: dict[str, Path] = {}
        for name in _FRAMES:
            frame = getattr(decision, name)
            if frame is not None and not (part and frame.empty):
                files[name] = self._records / f"{detector.id}.{name}{f'.{part}' if part else ''}.parquet"
                _as_text(frame).to_parquet(files[name], index=False)
        return Written(decision.examined, decision.gaps, files)

    def keep(self, detector: Detector, parts: Sequence[Written]) -> Kept:
        """Count a detector as finished, and give what was decided as it will be read: a scan that goes on says the same as
        one that was whole, and one process as another.

        Args:
            parts: what was written of the parts of the firm, in their order.
        """
        sealed = self.sealed()
        record = {
            "examined": sum(written.examined for written in parts),
            "gaps": [
                [gap.count, gap.reason, gap.people]
                for gap in one_a_reason([gap for written in parts for gap in written.gaps])
            ],
            "frames": {
                name: [written.files[name].name for written in parts if name in written.files]
                for name in _FRAMES
            },
            "files": {file.name: _hash(file) for written in parts for file in written.files.values()},
            "models": {model: sealed[model] for model in detector.models},
        }
        file = self._records / f"{detector.id}.json"
        fresh = file.with_suffix(".fresh")
        fresh.write_text(json.dumps(record), encoding="utf-8")
        fresh.replace(file)
        self.finished[detector.id] = record
        return self.decision(detector.id)

    def decision(self, detector_id: str) -> Kept:
        """The decision of a finished step."""
        record = self.finished[detector_id]
        items, tests, accounts = (
            tuple(self._records / file for file in record["frames"][name]) for name in _FRAMES
        )
        return Kept(
            tests=read_parts(tests),
            examined=record["examined"],
            gaps=tuple(Gap(count, reason, tuple(people)) for count, reason, people in record["gaps"]),
            item_files=items,
            account_files=accounts,
        )

    def failed(self, detector: Detector, error: Exception, part: int = 0) -> str:
        """Why a detector failed, in words that everybody may read: what an error says may name a customer.

        All of it is put into a file of the run's folder, for whoever is to mend it.
        """
        folder = self._folder / "failures"
        folder.mkdir(exist_ok=True)
        file = folder / f"{detector.id}{f'.{part}' if part else ''}.txt"
        file.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        if isinstance(error, MemoryError) or type(error).__name__ == _OUT_OF_MEMORY:
            why = (
                "memory ran out; give the models more (memory_limit) or judge less at a time (judged_together), under "
                "[engine] in surveil.toml"
            )
        else:
            why = f"an unexpected error, {type(error).__name__}"
        return f"{why}; the whole message is in failures/{file.name} of the run's folder"

    def put_away(self) -> None:
        """Leave the measurements and forget the steps: the run is whole."""
        shutil.rmtree(self._records)


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
        return {name: record[name] for name in ("examined", "gaps", "frames", "files", "models")}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _text(file: Path) -> str:
    return file.read_text(encoding="ascii", errors="replace")


def _is(file: Path, value: str) -> bool:
    return file.is_file() and _hash(file) == value


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
