"""Spark as the engine: one in this process, or the firm's own standalone cluster."""

from __future__ import annotations

import contextlib
import shutil
import socket
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from surveil.config import EngineSettings
from surveil.engine.tables import in_one_order, plain
from surveil.errors import SurveilError, UsageError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: Seconds that one master has to answer in; Spark itself would try for a minute.
_ANSWERS_WITHIN = 5.0
#: Seconds between two attempts at breaking off a job: one that begins just after the first would go on.
_AGAIN = 0.2
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
}


class Spark:
    """The firm's own Spark, or one in this process: `spark://local[2]`, `spark://host:7077`.

    Engines of one process share its connection, each with a session of its own; who closes the last one gives the
    processors back.
    """

    dialect = "spark"

    def __init__(self, settings: EngineSettings, folder: Path) -> None:
        url = settings.url
        self._folder = folder
        self._shared = _connections.take(url)
        try:
            self._session: Any = self._shared.newSession()
            for name, value in _SETTINGS.items():
                self._session.conf.set(name, value)
            if url != _master(url):  # in this process; on a cluster the firm's own number counts
                self._session.conf.set("spark.sql.shuffle.partitions", "8")
            self._first_work(url, settings.wait_seconds)
        except BaseException:
            _connections.give_back()
            raise

    def _first_work(self, url: str, seconds: int) -> None:
        """Have something computed, so that a cluster without a free processor is told before anything else runs."""
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(self._session.range(1).repartition(1).count)
            try:
                late = bool(wait([asked], seconds).not_done)
            finally:  # also where somebody stops surveil meanwhile
                while wait([asked], _AGAIN).not_done:
                    self._session.interruptAll()
        error = asked.exception()
        if error is not None and late:
            raise UsageError(
                f"The Spark cluster at {url} has given no processor within {seconds} seconds: look at its master's page "
                "whether workers are there, have free processors and as much memory as spark.executor.memory asks for, and "
                "whether they reach this machine (spark.driver.host)"
            ) from error
        if error is not None:
            raise UsageError(f"The Spark engine at {url} can't be used: {_first_line(error)}") from error

    def register_files(self, name: str, files: Sequence[Path]) -> None:
        self._session.read.parquet(*(str(file.resolve()) for file in files)).createOrReplaceTempView(name)

    def register_table(self, name: str, table: pa.Table) -> None:
        self._session.createDataFrame(table).createOrReplaceTempView(name)

    def view(self, name: str, sql: str) -> None:
        self._session.sql(sql).createOrReplaceTempView(name)

    def create(self, name: str, sql: str) -> None:
        from pyspark.sql import Observation, functions

        target = (self._folder / "spark" / name).resolve()
        written = Observation()
        rows = self._session.sql(sql)
        counted = rows.observe(written, functions.count(functions.lit(1)).alias("rows"))
        counted.write.mode("overwrite").parquet(str(target))
        _check_shared(target, name, written.get["rows"])
        self._session.read.schema(rows.schema).parquet(str(target)).createOrReplaceTempView(name)

    def query(self, sql: str) -> pa.Table:
        return plain(self._session.sql(sql).toArrow())

    def rows(self, sql: str) -> pa.Table:
        return in_one_order(self.query(sql))

    def write(self, sql: str, file: Path) -> None:
        pq.write_table(self.rows(sql), file)

    def drop(self, name: str) -> None:
        # Its files stay until the end: a plan that Spark has not let go of may still read them.
        self._session.catalog.dropTempView(name)

    def interrupt(self) -> None:
        self._session.interruptAll()

    def close(self) -> None:
        _connections.give_back()
        shutil.rmtree(self._folder / "spark", ignore_errors=True)


def _check_shared(target: Path, name: str, written: int) -> None:
    """Make sure that what the workers wrote is what this machine sees.

    Where the folder is not shared, each worker writes to a disk of its own, and Spark takes what it finds for all.
    """
    seen = sum(pq.read_metadata(file).num_rows for file in target.glob("*.parquet"))
    if seen != written:
        raise SurveilError(
            f"model {name}: Spark's workers wrote {written:,} rows, of which {seen:,} are in {target}. The workspace has to "
            "lie in a folder that all workers and this machine share under the same path"
        )


class _Connections:
    """The one connection to Spark that a process can have, and how many engines use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._ours: SparkSession | None = None

    def take(self, url: str) -> SparkSession:
        """The connection, made if there is none.

        Raises:
            UsageError: Spark is not installed, can't be started or reached, or is in use at another address.
        """
        _reach(_master(url))
        with self._lock:
            session = self._connect(_master(url))
            if session.sparkContext.master != _master(url):
                raise UsageError(
                    f"This program uses the Spark at {session.sparkContext.master} already and can't use another one "
                    f"({url}) at the same time"
                )
            self._users += 1
            return session

    def give_back(self) -> None:
        """One engine is done; after the last one what was connected here is closed."""
        with self._lock:
            self._users -= 1
            if not self._users and self._ours is not None:
                with contextlib.suppress(Exception):
                    self._ours.stop()
                self._ours = None

    def _connect(self, master: str) -> SparkSession:
        try:
            from pyspark import SparkContext
            from pyspark.sql import SparkSession
        except ImportError as error:
            raise UsageError(
                "The Spark engine needs the package pyspark: pip install 'surveil[spark]'"
            ) from error
        alone = SparkContext._active_spark_context is None
        builder: Any = SparkSession.builder
        options = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
        try:
            session: SparkSession = (
                builder.master(master).appName("surveil").config(map=options).getOrCreate()
                if alone
                else builder.getOrCreate()
            )
        except Exception as error:
            raise UsageError(
                f"Spark can't be started for {master}: {_first_line(error)}. It needs Java 17 or later, and a cluster the "
                "same version of Spark"
            ) from error
        if alone:
            self._ours = session
            session.sparkContext.setLogLevel("ERROR")
        return session


_connections = _Connections()


def _master(url: str) -> str:
    """Spark's own name of a master: `local[2]`, or the address as it is."""
    rest = url.removeprefix("spark://")
    return rest if rest.startswith("local") else url


def _reach(master: str) -> None:
    """Make sure that some master answers at all.

    Raises:
        UsageError: none does, or the address is no address.
    """
    if master.startswith("local"):
        return
    failures = []
    for host, port in _addresses(master):
        try:
            socket.create_connection((host, port), timeout=_ANSWERS_WITHIN).close()
        except OSError as error:
            failures.append(f"{host}:{port}: {error}")
        else:
            return
    raise UsageError(
        f"No Spark master answers at {master} ({'; '.join(failures)}). Start it, or correct `url` under [engine] in "
        "surveil.toml"
    )


def _addresses(master: str) -> Iterator[tuple[str, int]]:
    """Host and port of each master: there may be several, of which one leads."""
    for address in master.removeprefix("spark://").split(","):
        host, _, port = address.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise UsageError(
                f"{master!r} is no address of a Spark cluster; write spark://HOST:PORT, such as spark://spark.example:7077"
            )
        yield host.strip("[]"), int(port)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
