"""Set up and run surveil on a machine that has only Python: .venv from the hashed lock files, then a command.

    python3 bootstrap.py                   make or update .venv and say what next
    python3 bootstrap.py demo [ARGUMENT…]  the same, then `surveil demo`
    python3 bootstrap.py test [ARGUMENT…]  the same with the tests' tools, then all checks and tests;
                                           --with-spark installs Spark (500 MB) even where no Java is found,
                                           other arguments go to pytest
    python3 bootstrap.py lock [ARGUMENT…]  for maintainers: resolve pyproject.toml into the lock files with uv

Standard library only. Installs with uv where it is on the PATH, else with pip.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "surveil-installed.json"
OLDEST_PYTHON = (3, 11)
OLDEST_JAVA = 17  # what pyspark 4 runs on

RUN_LOCK = "requirements.lock"
TEST_LOCK = "requirements-test.lock"
SPARK_LOCK = "requirements-spark.lock"
RUN_EXTRAS = ("desk", "reports", "production", "outliers", "plots", "postgres")

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
CHROMIUM_PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)


class BootstrapError(Exception):
    """Says what is missing and how to get it."""


def main(arguments: list[str]) -> int:
    """Run one of the commands above and return its exit status."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("install", [])
    commands = {"install": install, "demo": demo, "test": test, "lock": lock}
    if command in ("-h", "--help", "help"):
        print(__doc__)
        return 0
    try:
        if sys.version_info < OLDEST_PYTHON:
            raise BootstrapError(
                "surveil needs Python {}.{} or later, and this is {}. Run it with a newer one, for example: "
                "python3.12 bootstrap.py".format(*OLDEST_PYTHON, sys.version.split()[0])
            )
        if command not in commands:
            raise BootstrapError(f"There is no command {command!r}. There are: {', '.join(commands)}.")
        return commands[command](rest)
    except BootstrapError as error:
        print(f"bootstrap: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nbootstrap: stopped. Run the same command again to go on.", file=sys.stderr)
        return 130


def install(arguments: list[str]) -> int:
    """Make the environment and say what next."""
    if arguments:
        raise BootstrapError(f"`install` takes no arguments; it was given {' '.join(arguments)}.")
    ensure(RUN_LOCK)
    surveil = (scripts_folder() / "surveil").relative_to(ROOT)
    print(
        "surveil is installed in .venv. Next:\n"
        "  python3 bootstrap.py demo    simulate a firm, scan it, write the answer to the regulator\n"
        f"  {surveil} --help    all commands\n"
        "  python3 bootstrap.py test    lint, types and the whole test suite"
    )
    return 0


def demo(arguments: list[str]) -> int:
    """Make the environment, then run `surveil demo`."""
    ensure(RUN_LOCK)
    return run([str(venv_python()), "-m", "surveil", "demo", *arguments], folder=None)


def test(arguments: list[str]) -> int:
    """Make the environment with the tests' tools, then run the static checks and, if they pass, the tests."""
    java, chromium = missing_java(), missing_chromium()
    with_spark = "--with-spark" in arguments
    ensure(TEST_LOCK, *([SPARK_LOCK] if with_spark or not java else []))
    python = [str(venv_python()), "-m"]
    checks = {
        "lint": [*python, "ruff", "check", "."],
        "format": [*python, "ruff", "format", "--check", "."],
        "types": [*python, "mypy"],
    }
    failed = []
    for name, command in checks.items():
        print(f"== {name}", flush=True)
        if run(command) != 0:
            failed.append(name)
    if failed:
        print(f"bootstrap: failed: {', '.join(failed)} (see above). The tests were not run.", file=sys.stderr)
        return 1
    print("== tests", flush=True)
    pytest = [*python, "pytest", "-n", "2", "--dist", "loadfile"]
    status = run([*pytest, *(argument for argument in arguments if argument != "--with-spark")])
    for hint in filter(None, (java, chromium)):
        print(f"Skipped: {hint}")
    return status


def lock(arguments: list[str]) -> int:
    """Resolve pyproject.toml into the lock files: the tests' first, and the others agree with it."""
    import tomllib

    uv = shutil.which("uv")
    if not uv:
        raise BootstrapError("`lock` needs uv: https://docs.astral.sh/uv/")
    compile_ = [uv, "pip", "compile", "--universal", "--fork-strategy", "fewest", "--generate-hashes"]
    compile_ += ["--python-version", "{}.{}".format(*OLDEST_PYTHON), "--quiet", *arguments]
    compile_ += ["--no-emit-index-url", "--no-emit-find-links"]
    compile_ += ["--custom-compile-command", "python3 bootstrap.py lock"]
    extras = [part for extra in RUN_EXTRAS for part in ("--extra", extra)]
    agree = ["--constraint", TEST_LOCK]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    spark = "\n".join(project["optional-dependencies"]["spark"])
    return (
        run([*compile_, "pyproject.toml", *extras, "--group", "test", "-o", TEST_LOCK])
        or run([*compile_, "pyproject.toml", *extras, "--group", "build", *agree, "-o", RUN_LOCK])
        or run([*compile_, "-", *agree, "-o", SPARK_LOCK], given=spark)
    )


def ensure(*locks: str) -> None:
    """Bring .venv to what the lock files say; quick where nothing has changed since the last time."""
    stamp = read_stamp()
    if not stamp:
        make_venv()
        stamp = {"folder": str(ROOT)}
    for name in locks:
        if stamp.get(name) != digest(name):
            print(f"Installing {name} into .venv (the first time this takes a minute or two) …", flush=True)
            install_packages("--require-hashes", "-r", name)
            write_stamp(stamp, name)
    if stamp.get("pyproject.toml") != digest("pyproject.toml"):
        install_packages("--no-deps", "--no-index", "--no-build-isolation", "--editable", ".")
        write_stamp(stamp, "pyproject.toml")


def read_stamp() -> dict[str, str]:
    """What has been installed into .venv, a hash for each lock file; empty where it has to be made anew."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    # Scripts in an environment name its folder: once the checkout has been moved they no longer run.
    usable = isinstance(stamp, dict) and stamp.get("folder") == str(ROOT) and venv_python().exists()
    return stamp if usable else {}


def write_stamp(stamp: dict[str, str], name: str) -> None:
    """Note that `name` has been installed as it is now."""
    stamp[name] = digest(name)
    STAMP.write_text(json.dumps(stamp, indent=1), encoding="utf-8")


def digest(name: str) -> str:
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()


def make_venv() -> None:
    """Make an empty .venv, with pip in it only where pip will be used from inside."""
    with_pip = not shutil.which("uv") and importlib.util.find_spec("ensurepip") is not None
    if not with_pip and not shutil.which("uv"):
        check_own_pip()
    # Run from inside an environment, its own interpreter would be cleared away under it.
    python = getattr(sys, "_base_executable", sys.executable)
    if run([python, "-m", "venv", "--clear", *([] if with_pip else ["--without-pip"]), str(VENV)]) != 0:
        raise BootstrapError(
            f"The environment {VENV} could not be made (see above). "
            "Debian and Ubuntu: sudo apt install python3-venv, then run this again."
        )


def check_own_pip() -> None:
    """Raise where this Python has neither ensurepip nor a pip that can install for another interpreter."""
    command = [sys.executable, "-m", "pip", "--version"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    version = re.match(r"pip (\d+)\.(\d+)", result.stdout)
    if not version or tuple(map(int, version.groups())) < (22, 3):
        raise BootstrapError(
            "This Python can install nothing: it has no ensurepip, no pip of 22.3 or later, "
            "and uv is not on the PATH. Debian and Ubuntu: sudo apt install python3-venv. Or install uv: https://docs.astral.sh/uv/"
        )


def install_packages(*arguments: str) -> None:
    """Install into .venv with uv, its own pip, or the pip of the Python that runs this."""
    uv = shutil.which("uv")
    if uv:
        # As pip does: else each first start reads all that it imports as text, and where nothing may be written every start.
        command = [uv, "pip", "install", "--compile-bytecode", "--python", str(venv_python())]
    elif list(VENV.glob("[Ll]ib/**/site-packages/pip")):
        command = [str(venv_python()), "-m", "pip", "install", "--disable-pip-version-check"]
    else:
        command = [sys.executable, "-m", "pip", "--python", str(venv_python()), "install"]
    quiet = [] if sys.stdout.isatty() else ["--quiet"]
    if run([*command, *quiet, *arguments]) != 0:
        raise BootstrapError(
            "The packages could not be installed (see above). Where the internet is out of reach, name your "
            "firm's package index in PIP_INDEX_URL (pip) or UV_DEFAULT_INDEX (uv) and run this again."
        )


def run(command: list[str], *, folder: Path | None = ROOT, given: str | None = None) -> int:
    """Run a command in `folder` (None: where the user is) and return its exit status."""
    try:
        return subprocess.run(command, cwd=folder, input=given, text=True, check=False).returncode
    except FileNotFoundError:
        raise BootstrapError(f"{command[0]} is not there. Remove {VENV} and run this again.") from None


def scripts_folder() -> Path:
    return VENV / ("Scripts" if os.name == "nt" else "bin")


def venv_python() -> Path:
    return scripts_folder() / ("python.exe" if os.name == "nt" else "python")


def missing_java() -> str:
    """A sentence on how to get the Java that Spark needs, or nothing where it is here."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    if java:
        # macOS has a `java` that only says there is none.
        result = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
        version = re.search(r'version "(\d+)', result.stderr + result.stdout)
        if version and int(version.group(1)) >= OLDEST_JAVA:
            return ""
    return (
        f"the Spark tests need Java {OLDEST_JAVA} or later. "
        "Debian and Ubuntu: sudo apt install openjdk-17-jre-headless · macOS: brew install openjdk@17"
    )


def find_chromium() -> str | None:
    """The program file of a Chromium or a browser built on it; SURVEIL_CHROMIUM names one elsewhere."""
    given = os.environ.get("SURVEIL_CHROMIUM")
    if given:
        return given
    found = [shutil.which(name) for name in CHROMIUM_NAMES]
    found += [place for place in CHROMIUM_PLACES if Path(place).is_file()]
    return next(filter(None, found), None)


def missing_chromium() -> str:
    """A sentence on how to get the browser that the dashboard's tests drive, or nothing where it is here."""
    if find_chromium():
        return ""
    return (
        "the browser tests need Chromium or Chrome. Debian: sudo apt install chromium · "
        "macOS: brew install --cask chromium · elsewhere: name its program file in SURVEIL_CHROMIUM"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
