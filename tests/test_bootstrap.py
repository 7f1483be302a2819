"""bootstrap.py: what it installs and when, and what it says where something is missing."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import bootstrap

ROOT = Path(bootstrap.__file__).parent
LOCKS = (bootstrap.RUN_LOCK, bootstrap.TEST_LOCK, bootstrap.SPARK_LOCK)


class Checkout:
    """A folder with lock files in which `bootstrap` writes down the programs it would run."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.patch, self.commands = folder, patch, list[list[str]]()
        for name in (*LOCKS, "pyproject.toml"):
            (folder / name).write_text(f"{name} as it was first\n")
        self.move(folder)
        patch.setattr(bootstrap, "run", self.run)
        patch.setattr(bootstrap, "missing_java", lambda: "")
        patch.setattr(bootstrap, "missing_chromium", lambda: "")
        self.programs()

    def move(self, folder: Path) -> None:
        self.patch.setattr(bootstrap, "ROOT", folder)
        self.patch.setattr(bootstrap, "VENV", folder / ".venv")
        self.patch.setattr(bootstrap, "STAMP", folder / ".venv" / "stamp.json")

    def programs(self, **places: str) -> None:
        self.patch.setattr(bootstrap.shutil, "which", lambda name, **_: places.get(name))

    def run(self, command: list[str], **_: Any) -> int:
        self.commands.append(command)
        if "venv" in command:
            bootstrap.venv_python().parent.mkdir(parents=True, exist_ok=True)
            bootstrap.venv_python().touch()
        return 0

    def installed(self) -> list[str]:
        """The last argument of every installation since the last call."""
        done = [command[-1] for command in self.commands if "install" in command]
        self.commands.clear()
        return done


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    folder = tmp_path / "a checkout"
    folder.mkdir()
    return Checkout(folder, monkeypatch)


def test_a_first_start_installs_and_a_second_does_nothing(checkout: Checkout) -> None:
    assert bootstrap.main([]) == 0
    assert checkout.installed() == [bootstrap.RUN_LOCK, "."]
    assert bootstrap.main([]) == 0
    assert checkout.commands == []


def test_a_changed_lock_is_installed_and_the_environment_kept(checkout: Checkout) -> None:
    bootstrap.main([])
    checkout.commands.clear()
    (checkout.folder / bootstrap.RUN_LOCK).write_text("another version\n")
    bootstrap.main([])
    assert not any("venv" in command for command in checkout.commands)
    assert checkout.installed() == [bootstrap.RUN_LOCK]


def test_a_moved_checkout_gets_a_new_environment(checkout: Checkout) -> None:
    bootstrap.main([])
    checkout.commands.clear()
    checkout.move(checkout.folder.rename(checkout.folder.with_name("elsewhere")))
    bootstrap.main([])
    assert "venv" in checkout.commands[0]
    assert checkout.installed() == [bootstrap.RUN_LOCK, "."]


def test_an_installation_that_failed_is_not_taken_for_done(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        bootstrap, "run", lambda command, **_: int("install" in command) or checkout.run(command)
    )
    assert bootstrap.main([]) == 2
    assert "firm's package index" in capsys.readouterr().err
    monkeypatch.setattr(bootstrap, "run", checkout.run)
    bootstrap.main([])
    assert checkout.installed() == [bootstrap.RUN_LOCK, "."]


def test_hashes_are_always_demanded(checkout: Checkout) -> None:
    bootstrap.main(["test"])
    for command in checkout.commands:
        if "install" in command and command[-1] != ".":
            assert "--require-hashes" in command


@pytest.mark.parametrize(
    ("java", "arguments", "with_spark"),
    [("", [], True), ("no Java", [], False), ("no Java", ["--with-spark"], True)],
)
def test_spark_is_installed_only_where_it_can_run_or_is_asked_for(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, java: str, arguments: list[str], with_spark: bool
) -> None:
    monkeypatch.setattr(bootstrap, "missing_java", lambda: java)
    assert bootstrap.main(["test", *arguments]) == 0
    assert not any("--with-spark" in command for command in checkout.commands)
    assert (bootstrap.SPARK_LOCK in checkout.installed()) is with_spark


def test_what_is_skipped_is_said_at_the_end(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "missing_chromium", lambda: "install Chromium like this")
    bootstrap.main(["test"])
    assert capsys.readouterr().out.endswith("Skipped: install Chromium like this\n")


def test_tests_get_their_arguments_and_run_only_if_the_static_checks_pass(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.main(["test", "-k", "audit"])
    assert "pytest" in checkout.commands[-1]
    assert checkout.commands[-1][-2:] == ["-k", "audit"]
    checkout.commands.clear()
    monkeypatch.setattr(bootstrap, "run", lambda command, **_: checkout.run(command) or ("mypy" in command))
    assert bootstrap.main(["test"]) == 1
    assert not any("pytest" in command for command in checkout.commands)


def test_uv_is_used_where_it_is(checkout: Checkout) -> None:
    checkout.programs(uv="/usr/bin/uv")
    bootstrap.main([])
    assert "--without-pip" in checkout.commands[0]
    installs = checkout.commands[1:]
    assert all(command[:3] == ["/usr/bin/uv", "pip", "install"] for command in installs)
    assert all("--compile-bytecode" in command for command in installs), "as pip does unasked"


def test_without_ensurepip_the_pip_outside_installs(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    monkeypatch.setattr(bootstrap.subprocess, "run", fake_run("pip 23.0.1 from somewhere (python 3.11)"))
    bootstrap.main([])
    assert "--without-pip" in checkout.commands[0]
    assert checkout.commands[1][1:4] == ["-m", "pip", "--python"]


@pytest.mark.parametrize("version", ["", "pip 20.3.4 from somewhere (python 3.11)"])
def test_without_anything_that_installs_it_says_what_to_get(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], version: str
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    monkeypatch.setattr(bootstrap.subprocess, "run", fake_run(version))
    assert bootstrap.main([]) == 2
    assert "python3-venv" in capsys.readouterr().err


def test_an_old_python_is_told_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    assert bootstrap.main(["demo"]) == 2
    assert "3.11 or later" in capsys.readouterr().err


def test_an_unknown_command_names_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main(["tests"]) == 2
    assert "install, demo, test, lock" in capsys.readouterr().err


def test_the_demo_runs_where_the_user_is(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = []
    monkeypatch.setattr(
        bootstrap, "run", lambda c, **k: folders.append((c[1:], k.get("folder"))) or checkout.run(c)
    )
    bootstrap.main(["demo", "--workspace", "there"])
    assert folders[-1] == (["-m", "surveil", "demo", "--workspace", "there"], None)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ('openjdk version "17.0.15" 2025-04-15', True),
        ('openjdk version "25" 2025-09-16', True),
        ('java version "1.8.0_402"', False),
        ("The operation couldn’t be completed. Unable to locate a Java Runtime.", False),
    ],
)
def test_java_is_judged_by_its_version(monkeypatch: pytest.MonkeyPatch, said: str, found: bool) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name, **_: f"/usr/bin/{name}")
    monkeypatch.setattr(bootstrap.subprocess, "run", fake_run(said))
    assert (bootstrap.missing_java() == "") is found


def fake_run(output: str) -> Any:
    """A stand-in for subprocess.run: every program prints `output`."""
    return lambda command, **_: subprocess.CompletedProcess(command, 0, stdout=output, stderr="")


def pinned(name: str) -> dict[str, str]:
    """Package and version of every entry of a lock file."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text(), flags=re.MULTILINE))


def test_the_lock_files_agree_and_every_entry_has_a_hash() -> None:
    for one, other in itertools.combinations(LOCKS, 2):
        versions, others = pinned(one), pinned(other)
        assert {name: versions[name] for name in versions.keys() & others} == {
            name: others[name] for name in versions.keys() & others
        }
    assert pinned(bootstrap.RUN_LOCK).keys() < pinned(bootstrap.TEST_LOCK).keys()
    for name in LOCKS:
        entries = re.split(r"^(?=\w)", (ROOT / name).read_text(), flags=re.MULTILINE)[1:]
        assert entries
        assert all("--hash=sha256:" in entry for entry in entries)


def test_the_locks_hold_what_pyproject_asks_for() -> None:
    tomllib = pytest.importorskip("tomllib")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *(line for extra in bootstrap.RUN_EXTRAS for line in extras[extra])]
    names = {re.split(r"[\[<>=!~ ;]", line)[0].lower() for line in asked}
    assert names <= pinned(bootstrap.RUN_LOCK).keys()
    assert set(extras) - set(bootstrap.RUN_EXTRAS) == {"spark"}
    assert "pyspark" in pinned(bootstrap.SPARK_LOCK)
    assert "pyspark" not in pinned(bootstrap.TEST_LOCK)


def test_where_everything_is_required_a_skip_fails(tmp_path: Path) -> None:
    (tmp_path / "test_skips.py").write_text(
        "import pytest\n"
        "def test_optional(): pytest.skip('Java is not here')\n"
        "def test_data(): pytest.skip('../shared is not here')\n"
        "@pytest.mark.xfail(strict=True)\n"
        "def test_known(): assert 0\n"
    )
    (tmp_path / "test_module.py").write_text("import pytest\npytest.importorskip('no_such_library')\n")
    options = ["-q", "-p", "tests.conftest", "-p", "no:cacheprovider", "--continue-on-collection-errors"]
    options += ["-c", os.devnull, "--rootdir", str(tmp_path)]
    command = [sys.executable, "-m", "pytest", *options, str(tmp_path)]

    def summary(required: str) -> str:
        environment = os.environ | {"SURVEIL_REQUIRE_ALL": required}
        environment.pop("PYTEST_XDIST_WORKER", None)
        result = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        return result.stdout.strip().splitlines()[-1]

    assert summary("0").startswith("3 skipped, 1 xfailed")
    assert summary("1").startswith("1 failed, 1 skipped, 1 xfailed, 1 error")
