"""A small workspace for each test, the desk as Streamlit's own test driver runs it, and a served one for the browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from surveil import desk, launch
from surveil.config import ENVIRONMENT_VARIABLE, Workspace
from tests.dashboard import firm

REPOSITORY = Path(__file__).resolve().parents[2]
SCREEN = REPOSITORY / "dashboard" / "screen.py"
START_SECONDS = 60

Desk = Callable[..., AppTest]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with alerts and users, to copy."""
    return firm.make(tmp_path_factory.mktemp("firm") / "workspace").path


def stay(folder: Path, user: str, ago: timedelta = timedelta(0)) -> str:
    """The token of somebody who has signed in."""
    store = desk.open_desk(Workspace.open(folder))
    token = desk.begin_session(
        store, user, datetime.now(UTC) - ago, "demo" if user.startswith("demo-") else "password"
    )
    store.close()
    return token


@pytest.fixture
def workspace(template: Path, tmp_path: Path) -> Workspace:
    """A workspace of the test's own."""
    return Workspace.open(shutil.copytree(template, tmp_path / "workspace"))


@pytest.fixture
def run_desk(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Opens the desk for a user (None: nobody has signed in) at an address, without a browser."""

    def opened(
        user: str | None = "anna",
        folder: Path = workspace.path,
        signed_in_ago: timedelta = timedelta(0),
        **address: str,
    ) -> AppTest:
        monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(folder))
        app = AppTest.from_file(str(SCREEN), default_timeout=60)
        if user is not None:
            app.session_state["token"] = stay(folder, user, signed_in_ago)
        for name, value in address.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app

    return opened


@pytest.fixture(scope="module")
def served(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a desk served as `surveil dashboard` serves it."""
    with serving(
        shutil.copytree(template, tmp_path_factory.mktemp("served") / "workspace"), free_port()
    ) as address:
        yield address


@contextmanager
def serving(folder: Path, port: int) -> Iterator[str]:
    """A desk of this workspace, served as `surveil dashboard` serves it."""
    server = subprocess.Popen(
        launch.command(launch.app_file(), port, folder),
        cwd=REPOSITORY,
        env=os.environ | {ENVIRONMENT_VARIABLE: str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://{launch.HOST}:{port}"
    try:
        _wait_for(f"{address}/_stcore/health", server)
        yield address
    finally:
        server.terminate()
        server.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((launch.HOST, 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert server.poll() is None, "the desk's server stopped"
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError("the desk's server did not come up")
