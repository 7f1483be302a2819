"""Files written whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def beside(file: Path) -> Iterator[Path]:
    """A file to write instead of another one, which it replaces once it is whole: what was there is not lost half-way."""
    file = file.resolve()  # what a link leads to
    if file.exists() and not file.is_file():  # such as /dev/stdout
        yield file
        return
    fresh = file.with_name(f".{file.name}-{os.getpid()}")
    try:
        yield fresh
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)


@contextmanager
def inside(folder: Path) -> Iterator[Path]:
    """A folder inside of `folder`, whose files are moved up once all are there; where that fails nothing is left of them."""
    there = folder.exists()
    making = folder / f".making-{os.getpid()}"
    making.mkdir(parents=True)
    try:
        yield making
        for made in sorted(making.iterdir()):
            made.rename(folder / made.name)
    finally:
        shutil.rmtree(making, ignore_errors=True)
        if not there and not any(folder.iterdir()):
            folder.rmdir()
