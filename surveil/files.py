"""Files written whole or not at all."""

from __future__ import annotations

import os
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
