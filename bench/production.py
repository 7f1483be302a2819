"""How long the complete production of a firm takes, and whether the programs a regulator has accept it.

`python -m bench.production WORKSPACE` copies the workspace of `surveil demo`, makes the production of its matter for media,
signed and with load files, opens and checks it with 7z, sha256sum, ssh-keygen, qpdf, pdftotext, pdfsig and `surveil verify`,
and writes the table in docs/production.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.accuracy.report import markdown, write_section
from surveil import demo, desk
from surveil.alerts.people import SYSTEM, Role
from surveil.config import Workspace
from surveil.production import sshsig

PAGE = Path(__file__).resolve().parents[1] / "docs" / "production.md"
OFFICER = "bench-officer"
RESPONSE = f"PDF/{demo.PREFIX}0000001.pdf"
CHECKS = {
    "sha256sum": ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"],
    "ssh-keygen": [
        "ssh-keygen", "-Y", "verify", "-f", "ALLOWED_SIGNERS", "-I", sshsig.IDENTITY, "-n", sshsig.NAMESPACE,
        "-s", "SHA256SUMS.sig",
    ],
    "qpdf": ["qpdf", "--check", RESPONSE],
    "pdftotext": ["pdftotext", RESPONSE, os.devnull],
    "pdfsig": ["pdfsig", RESPONSE],
    "surveil verify": [sys.executable, "-m", "surveil", "verify", "."],
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One step: wall seconds, and processor seconds of it and all it started."""

    name: str
    wall: float
    cpu: float


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workspace", type=Path)
    given = parser.parse_args().workspace
    with tempfile.TemporaryDirectory(prefix="surveil-bench-") as folder:
        copy = Path(folder) / "workspace"
        shutil.copytree(given, copy)
        prepare(copy)
        steps = run(copy, Path(folder))
    write_section("bench", text(steps), PAGE)


def prepare(workspace: Path) -> None:
    """An officer by name, as the command line asks for one."""
    opened = Workspace.open(workspace)
    now = dt.datetime.now(dt.UTC)
    desk.prepare_desk(opened)
    store = desk.open_desk(opened)
    desk.create_user(store, SYSTEM, OFFICER, Role.OFFICER, now)
    store.close()


def run(workspace: Path, folder: Path) -> list[Step]:
    """Make the production, open the container, and run every check on what comes out of it."""
    secret, out = folder / "secret", folder / "out"
    package = [
        "package",
        "--matter",
        demo.MATTER,
        "--for",
        "media",
        "--as",
        OFFICER,
        "--workspace",
        str(workspace),
    ]
    package += ["--trial-signature", "--load-files", "--passphrase-to", str(secret), "--out", str(out)]
    steps = [measured("surveil package", [sys.executable, "-m", "surveil", *package], folder)]
    (container,) = out.glob("*-HANDOVER/*.zip")
    passphrase = secret.read_text(encoding="ascii").strip()
    steps.append(measured("7z", ["7z", "x", "-y", f"-p{passphrase}", str(container)], folder))
    volume = folder / container.stem
    for name, command in CHECKS.items():
        given = (volume / "SHA256SUMS").read_bytes() if name == "ssh-keygen" else b""
        steps.append(measured(name, command, volume, given))
    return steps


def measured(name: str, command: list[str], folder: Path, given: bytes = b"") -> Step:
    """Run a program and measure it.

    Raises:
        RuntimeError: it failed.
    """
    before, started = os.times(), time.perf_counter()
    done = subprocess.run(command, cwd=folder, input=given, capture_output=True, check=False)
    wall, after = time.perf_counter() - started, os.times()
    if done.returncode:
        raise RuntimeError(
            f"{name} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}"
        )
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Step(name, wall, max(0.0, cpu))


def text(steps: list[Step]) -> str:
    """The table with a line on the machine."""
    rows = [[step.name, f"{step.wall:.1f} s", f"{step.cpu:.1f} s", "accepted" if place else "made"]
            for place, step in enumerate(steps)]  # fmt: skip
    load = os.getloadavg()[0]
    return (
        markdown(["step", "time", "processor time", "outcome"], rows)
        + f"\n\nOn {os.cpu_count()} cores with a load of {load:.0f} by this and other work."
    )


if __name__ == "__main__":
    main()
