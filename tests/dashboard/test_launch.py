"""`surveil dashboard`: where it serves, with what settings, and how it ends."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path

import pytest
from streamlit import config

from surveil import launch
from surveil.config import Workspace
from surveil.errors import UsageError
from tests.dashboard.conftest import REPOSITORY, _wait_for, free_port


def test_it_listens_on_this_machine_only_and_tells_readers_nothing_of_errors() -> None:
    settings = launch.SETTINGS
    assert settings["server.address"] == "127.0.0.1"
    assert settings["client.showErrorDetails"] == "none"
    assert settings["browser.gatherUsageStats"] == "false"
    assert settings["server.enableAgentApi"] == "false"
    assert settings["client.disableDataExport"] == "true"


def test_streamlit_knows_every_setting() -> None:
    assert set(launch.SETTINGS) <= set(config.get_config_options())


def test_running_the_app_without_surveil_has_the_same_settings() -> None:
    with (REPOSITORY / ".streamlit" / "config.toml").open("rb") as stream:
        sections = tomllib.load(stream)
    written = {
        f"{section}.{name}": value for section, found in sections.items() for name, value in found.items()
    }
    assert {name: str(value).lower() for name, value in written.items()} == {
        name: value.lower() for name, value in launch.SETTINGS.items()
    }


def test_a_taken_port_is_told_with_a_way_out(workspace: Workspace) -> None:
    with socket.socket() as taken:
        taken.bind((launch.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=rf"Port {port} can't be used.*--port {port + 1}"):
            launch.dashboard(workspace, port)


def test_a_port_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="can't be used"):
        launch.check_port(70_000)


def test_without_streamlit_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "streamlit" else find(name, *more)
    )
    with pytest.raises(UsageError, match=r"pip install 'surveil\[desk\]'"):
        launch.app_file()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_whoever_stops_it_stops_the_server_too(
    workspace: Workspace, tmp_path: Path, sent: signal.Signals
) -> None:
    port = free_port()
    code = (
        "import sys; from pathlib import Path; from surveil.config import Workspace; from surveil.launch import dashboard;"
        "dashboard(Workspace.open(Path(sys.argv[1])), int(sys.argv[2]))"
    )
    errors = tmp_path / "errors"
    with errors.open("wb") as stream:
        desk = subprocess.Popen(
            [sys.executable, "-c", code, str(workspace.path), str(port)], cwd=REPOSITORY,
            stdout=subprocess.PIPE, stderr=stream, start_new_session=True,
        )  # fmt: skip
    assert desk.stdout is not None
    assert f"http://127.0.0.1:{port}" in desk.stdout.readline().decode()
    _wait_for(f"http://{launch.HOST}:{port}/_stcore/health", desk)
    with urllib.request.urlopen(f"http://{launch.HOST}:{port}/", timeout=10) as answer:
        assert answer.status == 200
    # A terminal sends Ctrl-C to all of its processes, whoever ends a service to the first one.
    (os.killpg if sent == signal.SIGINT else os.kill)(desk.pid, sent)
    assert desk.wait(30) == (0 if sent == signal.SIGINT else 143)
    launch.check_port(port)
    assert b"Traceback" not in errors.read_bytes()
