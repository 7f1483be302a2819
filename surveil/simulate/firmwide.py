"""The simulated firm, start to end: draw it, make it group by group, write feeds and answer key, check what was planted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from surveil.errors import UsageError
from surveil.simulate import emit, goals
from surveil.simulate.answers import Answers
from surveil.simulate.figures import PARQUET_ABOVE, PRESETS
from surveil.simulate.firm import Firm, make_firm
from surveil.simulate.making import make_group, write_group
from surveil.simulate.numbering import Numbering
from surveil.simulate.table import Array
from surveil.simulate.writer import Writer

LEAST_REPS, LEAST_MONTHS = 4, 2


@dataclass(frozen=True)
class SimulatedFirm:
    """What was written, and where. `rows` counts the rows of each feed, `typologies` the schemes planted of each kind."""

    folder: Path
    reps: int
    branches: int
    rows: dict[str, int]
    typologies: dict[str, int]
    unauthorized_accounts: int
    planted_items: int


def simulate(
    folder: Path,
    *,
    reps: int,
    months: int,
    seed: int,
    accounts: int | None = None,
    honest: bool = False,
    preset: str = "base",
    progress: Callable[[str], None] | None = None,
) -> SimulatedFirm:
    """Write a firm's feeds into `folder`, and its answer key into `folder/answers`.

    Args:
        folder: made if it is not there; must hold no feeds yet.
        reps: representatives who sell (a manager for each branch comes on top).
        months: whole months, from January 2023.
        seed: the same arguments with the same seed give the same bytes.
        accounts: about how many account rows, features included; by default what so many representatives open.
        honest: plant nothing; the answer key is empty.
        preset: `base`, `epidemic`, `diffuse` or `short` (see `figures.PRESETS`).
        progress: called with a sentence after each step.

    Raises:
        UsageError: an argument is out of range, or the folder is not empty.
    """
    _check_arguments(folder, reps, months, seed, accounts, preset)
    say = progress or (lambda _: None)
    firm = make_firm(reps, months, seed, accounts, honest, preset)
    folder.mkdir(parents=True, exist_ok=True)
    numbering = Numbering(seed)
    rep, branch = (
        numbering.shuffled("reps", firm.reps.count),
        numbering.shuffled("branches", firm.branches.count),
    )
    writer = Writer(folder, firm.expected_accounts > PARQUET_ABOVE, len(firm.groups) > 1)
    answers = Answers()
    counts = np.zeros((firm.reps.count, months), dtype=np.int64)
    commission = np.zeros_like(counts)
    for group in firm.groups:
        tables, credited = make_group(firm, group)
        counts += credited
        commission += write_group(firm, group, tables, writer, numbering, answers, rep, branch)
        say(
            f"Made part {group.number + 1} of {len(firm.groups)}: {writer.rows['accounts']:,} accounts so far."
        )
    _write_firm(firm, writer, rep, branch, counts, commission)
    answers.write(folder / "answers", firm, rep)
    say(f"Wrote {sum(writer.rows.values()):,} rows and the answer key.")
    kinds = [scheme.kind for scheme in firm.schemes]
    return SimulatedFirm(
        folder,
        reps,
        firm.branches.count,
        dict(writer.rows),
        {kind: kinds.count(kind) for kind in sorted(set(kinds))},
        len(answers.accounts),
        len(answers.items),
    )


def _check_arguments(
    folder: Path, reps: int, months: int, seed: int, accounts: int | None, preset: str
) -> None:
    if reps < LEAST_REPS:
        raise UsageError(
            f"A firm needs at least {LEAST_REPS} representatives to compare; {reps} were asked for."
        )
    if not LEAST_MONTHS <= months <= 120:
        raise UsageError(f"Ask for {LEAST_MONTHS} to 120 months; {months} were asked for.")
    if seed < 0:
        raise UsageError(f"The seed is a whole number from 0; {seed} was given.")
    if accounts is not None and accounts < reps:
        raise UsageError(
            f"Ask for at least as many accounts as representatives ({reps}); {accounts} were asked for."
        )
    if preset not in PRESETS:
        raise UsageError(f"There is no preset {preset!r}; there are {', '.join(PRESETS)}.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            f"{folder} is not an empty folder. Name a new one, so that two firms are never mixed."
        )


def _write_firm(
    firm: Firm, writer: Writer, rep: Array, branch: Array, counts: Array, commission: Array
) -> None:
    """The feeds that belong to the whole firm."""
    nobody = np.full(firm.reps.count, -1)
    writer.write("branches", emit.branches(firm, branch))
    writer.write("reps", emit.reps(firm, rep, nobody))
    writer.write("assignments", emit.assignments(firm, rep, branch))
    writer.write("absences", emit.absences(firm, rep))
    writer.write("registrations", emit.registrations(firm, rep))
    writer.write("products", emit.products())
    writer.write("quotas", emit.quotas(firm, rep, branch))
    writer.write("payouts", emit.payouts(goals.payouts(firm, counts, commission), rep))
    writer.write("campaigns", emit.campaigns(firm, branch))
    writer.write("discipline", emit.discipline(firm, rep))
    writer.write("coverage", emit.coverage(firm, branch))
