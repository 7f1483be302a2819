"""What the firm says of its exception reports: owner, frequency, procedure, documentation (`controls.yml`)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from surveil.config import Workspace
from surveil.detectors import registry
from surveil.errors import UsageError
from surveil.reports.finra.letter import Part, checked, read_yaml

FILE = "controls.yml"


class Control(Part):
    """Who runs an exception report, how often, by which procedure, and how the review is documented."""

    owner: str = ""
    frequency: Literal["", "daily", "weekly", "monthly", "quarterly", "yearly"] = ""
    procedure: str = ""
    documented: str = ""


class Controls(Part):
    """The file `controls.yml` of the workspace: what holds for all detectors, and for single ones."""

    default: Control = Control()
    detectors: dict[str, Control] = Field(default_factory=dict)

    def of(self, detector: str) -> Control:
        """What holds for a detector: its own entries over the default's."""
        own = {name: value for name, value in self.detectors.get(detector, Control()) if value}
        return self.default.model_copy(update=own)


def read_controls(workspace: Workspace) -> Controls:
    """The firm's entries, or none.

    Raises:
        UsageError: a field is wrong, or a detector is unknown.
    """
    file = workspace.path / FILE
    if not file.is_file():
        return Controls()
    controls = checked(Controls, read_yaml(file) or {}, file)
    if unknown := sorted(set(controls.detectors) - set(registry.detectors())):
        raise UsageError(f"{file}: there is no detector {', '.join(unknown)}")
    return controls
