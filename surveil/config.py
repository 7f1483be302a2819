"""The workspace: the one folder a firm's installation owns, and its typed settings."""

from __future__ import annotations

import os
import tomllib
import zoneinfo
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from surveil.errors import UsageError

SETTINGS_FILE = "surveil.toml"
ENVIRONMENT_VARIABLE = "SURVEIL_WORKSPACE"
DEFAULT_FOLDER = "workspace"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Firm(_Section):
    """Who the firm is, as printed on reports."""

    name: str = "(firm name not set)"
    crd_number: str = ""
    nothing_responsive_signer: str = ""


class EngineSettings(_Section):
    """Where models run and how much of the machine they may use."""

    url: str = "duckdb://"
    memory_limit: str = Field(default="2GB", pattern=r"^\d+(\.\d+)? ?([KMGT]i?B|%)$")
    spill_folder: str = Field(default="", description="empty = beside the run that is made")
    threads: int = Field(default=0, ge=0, description="0 = all cores")
    judged_together: int = Field(
        default=2_000_000,
        ge=100_000,
        description="openings by staff that are judged at a time, about; a firm with half as many again is judged in parts",
    )
    processes: int = Field(
        default=0,
        ge=0,
        description="detectors judged at the same time, each in a process of its own; 0 = one for every two "
        "processors, or for every one where a firm is judged in parts, at most 4, and one only where the firm is small",
    )
    wait_seconds: int = Field(
        default=60, ge=1, description="how long a Spark cluster may take to give a processor"
    )

    def spill(self, run: Path) -> Path:
        """Where one run puts what does not fit into memory; nobody else's, and gone when the run ends."""
        return Path(self.spill_folder) / f"surveil-{run.name}" if self.spill_folder else run / "spill"


class OpenIdSettings(_Section):
    """How the claims of the firm's own sign-in (OpenID Connect) become a user of the desk."""

    name_claim: str = "preferred_username"
    role_claim: str = "groups"
    roles: dict[str, Literal["officer", "supervisor", "auditor", "administrator"]] = Field(
        default_factory=dict, description="value of the role claim → role here; the first that fits counts"
    )
    branches_claim: str = ""
    rep_claim: str = ""


class LoadSettings(_Section):
    """Limits that stop a hostile or broken file early."""

    max_line_bytes: int = Field(default=1_000_000, ge=1_000)
    max_inflate_ratio: int = Field(default=200, ge=2)
    max_inflated_bytes: int = Field(default=200_000_000_000, ge=1_000_000)


class Settings(_Section):
    """Everything in `surveil.toml`. Unknown names are refused, so that a typing error is not a silent default."""

    timezone: str = "America/New_York"
    holidays: str = "US"
    database: str = ""
    fdr: float = Field(default=0.10, gt=0, lt=1, description="false-discovery rate across representatives")
    firm: Firm = Firm()
    engine: EngineSettings = EngineSettings()
    load: LoadSettings = LoadSettings()
    openid: OpenIdSettings = OpenIdSettings()
    detectors: dict[str, dict[str, Any]] = Field(default_factory=dict)
    gather: dict[str, Literal["branch"]] = Field(
        default_factory=dict, description="rules whose alerts below high severity are one for each branch"
    )

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in zoneinfo.available_timezones():
            raise ValueError(f"{value!r} is not an IANA time zone, such as America/New_York")
        return value


@dataclass(frozen=True)
class Workspace:
    """A workspace folder with its settings.

    Layout: `surveil.toml`, `data/loads/NNNNNN/` (accepted rows, a folder a load), `surveil.db`
    (unless another database is configured), `runs/RUN_ID/`, `reports/`.
    """

    path: Path
    settings: Settings

    def with_engine(self, url: str) -> Workspace:
        """The same workspace with its models run elsewhere."""
        engine = self.settings.engine.model_copy(update={"url": url})
        return replace(self, settings=self.settings.model_copy(update={"engine": engine}))

    @property
    def loads_dir(self) -> Path:
        return self.path / "data" / "loads"

    @property
    def runs_dir(self) -> Path:
        return self.path / "runs"

    @property
    def reports_dir(self) -> Path:
        return self.path / "reports"

    @property
    def database_url(self) -> str:
        """SQLAlchemy address of the database of alerts."""
        return self.settings.database or f"sqlite+pysqlite:///{self.path.resolve() / 'surveil.db'}"

    @classmethod
    def open(cls, path: Path) -> Workspace:
        """Open an existing workspace.

        Raises:
            UsageError: there is none, or its settings are wrong.
        """
        file = path / SETTINGS_FILE
        if not file.is_file():
            raise UsageError(
                f"There is no workspace at {path} (no {SETTINGS_FILE}). "
                f"Make one with: surveil init --workspace {path}"
            )
        return cls(path, read_settings(file))

    @classmethod
    def init(cls, path: Path) -> Workspace:
        """Make a workspace; one that is there already is opened and left as it is."""
        file = path / SETTINGS_FILE
        if not file.exists():
            path.mkdir(parents=True, exist_ok=True)
            file.write_text(_INITIAL_SETTINGS, encoding="utf-8")
        workspace = cls.open(path)
        for folder in (workspace.loads_dir, workspace.runs_dir, workspace.reports_dir):
            folder.mkdir(parents=True, exist_ok=True)
        return workspace


def locate(given: Path | None) -> Path:
    """The workspace folder meant: the option, else the environment, else `./workspace`."""
    return given or Path(os.environ.get(ENVIRONMENT_VARIABLE) or DEFAULT_FOLDER)


def read_settings(file: Path) -> Settings:
    """Read and check a settings file.

    Raises:
        UsageError: it is not TOML, or a setting is unknown or out of range.
    """
    try:
        return Settings.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is not valid TOML: {error}") from error
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors()
        )
        raise UsageError(f"{file}: {problems}") from error


_INITIAL_SETTINGS = """\
# Settings of this workspace. Every line is optional; what is shown is the default.

# timezone = "America/New_York"     # where a row has no branch with a zone of its own
# holidays = "US"                   # business-day calendar (a country code)
# fdr = 0.10                        # share of false alarms accepted among flagged representatives
# database = "postgresql+psycopg://user@host/surveil"   # default: surveil.db in this folder

# [firm]
# name = "Example Bank"
# crd_number = "0000"

# [engine]
# url = "duckdb://"
# memory_limit = "2GB"               # of the models; the statistics need about as much again
# spill_folder = "/fast/disk"        # where models put what does not fit; the default is beside the run
# threads = 0                        # 0: all processors
# processes = 0                      # detectors judged at a time; 0: by the processors, at most 4
# judged_together = 2000000          # openings judged at a time, about; from half as many again on in parts, by branches
# wait_seconds = 60                  # how long a Spark cluster may take to give a first processor

# [openid]                          # who comes through the firm's own sign-in, by his groups
# roles = { "Compliance" = "officer", "Branch managers" = "supervisor" }

# [gather]                          # a rule's alerts below high severity: one for each branch, not for each representative
# CS01 = "branch"

# [detectors.UA01]                  # a detector's parameters: see `surveil detectors UA01`
# grace_days = 5
"""
