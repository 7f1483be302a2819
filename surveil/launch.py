"""`surveil dashboard`: serve the review desk on this machine, with safe settings, until Ctrl-C."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from surveil.config import ENVIRONMENT_VARIABLE, Workspace
from surveil.desk import prepare_desk
from surveil.errors import UsageError

HOST = "127.0.0.1"
SETTINGS = {
    "server.address": HOST,
    "server.headless": "true",
    "server.maxUploadSize": "50",
    "server.enableXsrfProtection": "true",
    "server.enableCORS": "true",
    "server.enableAgentApi": "false",
    "server.fileWatcherType": "none",
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "client.disableDataExport": "true",
    "browser.gatherUsageStats": "false",
    "theme.base": "light",
    "theme.primaryColor": "#1d4e89",
}
"""What the desk is served with; `.streamlit/config.toml` says the same to whoever runs the app without surveil."""
SIGN_IN_FILE = Path("keys", "sign_in.toml")
"""In the workspace: where the firm's own sign-in is (OpenID Connect), as Streamlit's login asks for it."""
_STOP_SECONDS = 10


def dashboard(workspace: Workspace, port: int = 8501) -> None:
    """Serve the desk of a workspace at 127.0.0.1 and wait until it is stopped.

    Raises:
        UsageError: Streamlit or the dashboard is not installed, the port is taken, or the server did not start.
    """
    app = app_file()
    check_port(port)
    prepare_desk(workspace)
    print(f"The review desk is at http://{HOST}:{port} (this machine only). Stop it with Ctrl-C.", flush=True)
    environment = os.environ | {ENVIRONMENT_VARIABLE: str(workspace.path.resolve())}
    server = subprocess.Popen(command(app, port, workspace.path), env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
    # Whoever ends this process ends the server too: an orphan would go on serving.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        status = server.wait()
    except KeyboardInterrupt:
        status = 0
    finally:
        _stop(server)
    if status:
        raise UsageError(f"The review desk's server stopped with status {status}; what it said stands above.")


def app_file() -> Path:
    """Where the dashboard's entry file is.

    Raises:
        UsageError: it or Streamlit is not installed.
    """
    if importlib.util.find_spec("streamlit") is None:
        raise UsageError("The review desk needs Streamlit. Install it with: pip install 'surveil[desk]'")
    found = importlib.util.find_spec("dashboard")
    places = list(found.submodule_search_locations or ()) if found else []
    for place in places:
        if (file := Path(place) / "app.py").is_file():
            return file
    raise UsageError("The review desk's pages are not installed. Install surveil again.")


def check_port(port: int) -> None:
    """Make sure that the port is free.

    Raises:
        UsageError: something else listens there, or it may not be used.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise UsageError(
                f"Port {port} can't be used; perhaps another desk is open there. Try: surveil dashboard --port {port + 1}"
            ) from error


def command(app: Path, port: int, workspace: Path) -> list[str]:
    """The command that serves the app, with the workspace's way to the firm's own sign-in where it has one."""
    settings = {**SETTINGS, "server.port": str(port)}
    if (secrets := workspace.resolve() / SIGN_IN_FILE).is_file():
        settings["secrets.files"] = str(secrets)
    flags = [f"--{name}={value}" for name, value in settings.items()]
    return [sys.executable, "-m", "streamlit", "run", str(app), *flags]


def _stop(server: subprocess.Popen[bytes]) -> None:
    """End the server if it still runs, giving it time to close what it has open."""
    server.terminate()
    try:
        server.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
