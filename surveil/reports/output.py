"""Put a report's files in their folder, in the place of those of an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from surveil.errors import UsageError
from surveil.reports.exhibits import MANIFEST

FOLDERS = ("exhibits", "attachments", "sample")


def place(files: Mapping[str, bytes], out: Path) -> list[Path]:
    """Write files by their path under `out`; the manifest last, so that a folder with one is complete.

    Files that an earlier manifest in the folder names are removed first; nothing else is touched.

    Raises:
        UsageError: the folder cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        _remove_earlier(out)
        for name in sorted(files, key=lambda name: (name == MANIFEST, name)):
            target = out / name
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(files[name])
    except OSError as error:
        raise UsageError(f"The report cannot be written to {out}: {error.strerror or error}.") from error
    return [out / name for name in sorted(files)]


def _remove_earlier(out: Path) -> None:
    manifest = out / MANIFEST
    if not manifest.is_file():
        return
    names = [line.partition("  ")[2] for line in manifest.read_text("utf-8", "replace").splitlines()]
    manifest.unlink()
    for name in names:
        parts = PurePosixPath(name).parts
        # A manifest is a file anybody may have edited: only what a report writes is removed.
        if (len(parts) == 2 and parts[0] in FOLDERS) or (
            len(parts) == 1 and name.endswith((".pdf", ".xlsx"))
        ):
            path = out / name
            if ".." not in parts and path.is_file() and not path.is_symlink():
                path.unlink()
