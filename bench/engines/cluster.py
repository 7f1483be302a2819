"""A standalone Spark cluster on the loopback: one master and workers of one processor each, from the package pyspark."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

#: What `spark-defaults.conf` of the firm would say: where the workers find this program, and what each may take.
_DEFAULTS = """\
spark.driver.host 127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.driver.memory 1g
spark.executor.memory 700m
spark.sql.shuffle.partitions 4
"""
_STARTS_WITHIN = 120.0
_PACKAGE = "org.apache.spark.deploy"


@contextmanager
def standalone(folder: Path, workers: int = 2, memory: str = "1200m") -> Iterator[tuple[str, dict[str, str]]]:
    """Start a cluster and stop it again.

    Args:
        folder: an empty folder for its logs, its work and its settings.
        workers: how many workers; none makes a cluster that never does anything.
        memory: what each worker may give.

    Yields:
        its address, and the environment variables for the program that uses it.

    Raises:
        RuntimeError: a part of it did not start.
    """
    settings = folder / "settings"
    settings.mkdir()
    (settings / "spark-defaults.conf").write_text(_DEFAULTS + f"spark.local.dir {folder / 'local'}\n")
    surroundings = {
        "SPARK_CONF_DIR": str(settings),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "256m",
    }
    port = _free_port()
    url = f"spark://127.0.0.1:{port}"
    with ExitStack() as stack:
        logs = [folder / "master.log", *(folder / f"worker-{number}.log" for number in range(workers))]
        master = ["master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0"]
        stack.enter_context(_running(master, logs[0], surroundings))
        _wait_for(logs[0], "New state: ALIVE")
        for number, log in enumerate(logs[1:]):
            work = ["--work-dir", str(folder / f"work-{number}"), "--webui-port", "0", "--host", "127.0.0.1"]
            asked = ["worker.Worker", *work, "--cores", "1", "--memory", memory, url]
            stack.enter_context(_running(asked, log, surroundings))
        for log in logs[1:]:
            _wait_for(log, "Successfully registered with master")
        yield url, surroundings


@contextmanager
def _running(asked: list[str], log: Path, surroundings: Mapping[str, str]) -> Iterator[None]:
    import pyspark

    home = Path(pyspark.__file__).parent
    command = [str(home / "bin" / "spark-class"), f"{_PACKAGE}.{asked[0]}", *asked[1:]]
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command,
            env={**os.environ, **surroundings, "SPARK_HOME": str(home)},
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(log: Path, words: str) -> None:
    until = time.monotonic() + _STARTS_WITHIN
    while words not in (told := log.read_text(errors="replace")):
        if time.monotonic() > until:
            raise RuntimeError(f"the Spark cluster did not start; the end of {log.name}:\n{told[-2000:]}")
        time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
