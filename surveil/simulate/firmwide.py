"""The simulated firm, start to end: draw it, make it group by group, write feeds and answer key, check what was planted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from surveil.errors import UsageError
from surveil.files import inside
from surveil.simulate import emit_firm, goals
from surveil.simulate.figures import PARQUET_ABOVE, PRESETS
from surveil.simulate.firm import Firm, make_firm
from surveil.simulate.making import make_group
from surveil.simulate.numbering import text_of
from surveil.simulate.table import Array
from surveil.simulate.writer import Writer
from surveil.simulate.writing import Output, open_output, write_group

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
        SurveilError: too many schemes left no trace, or one column gives them away (another seed helps).
    """
    _check_arguments(folder, reps, months, seed, accounts, preset)
    say = progress or (lambda _: None)
    firm = make_firm(reps, months, seed, accounts, honest, preset)
    with inside(folder) as making:
        out = open_output(firm, Writer(making, firm.expected_accounts > PARQUET_ABOVE, len(firm.groups) > 1))
        counts = np.zeros((firm.reps.count, months), dtype=np.int64)
        for group in firm.groups:
            tables, credited = make_group(firm, group)
            counts += credited
            write_group(out, tables)
            say(
                f"Made part {group.number + 1} of {len(firm.groups)}: {out.writer.rows['accounts']:,} accounts so far."
            )
        out.findings.look_at_reps(firm, out.rep)
        out.findings.settle(firm, out.answers)
        _write_firm(firm, out, counts)
        out.answers.write(making / "answers", firm, out.rep)
    say(f"Wrote {sum(out.writer.rows.values()):,} rows and the answer key.")
    kinds = [scheme.kind for scheme in out.answers.carried_out(firm)]
    return SimulatedFirm(
        folder,
        reps,
        firm.branches.count,
        dict(out.writer.rows),
        {kind: kinds.count(kind) for kind in sorted(set(kinds))},
        len(out.answers.accounts),
        len(out.answers.items),
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


def _write_firm(firm: Firm, out: Output, counts: Array) -> None:
    """The feeds that belong to the whole firm. `counts`: accounts credited, rep x month."""
    paid = goals.payouts(firm, counts, out.commission)
    undeserved = goals.undeserved(firm, paid, out.unauthorized)
    out.answers.items += [
        ("payouts", text, "paid_despite_quality") for text in text_of("payouts", undeserved + 1)
    ]
    for feed, columns in {
        "branches": emit_firm.branches(firm, out.branch),
        "reps": emit_firm.reps(firm, out.rep, out.staff, out.address, out.postal),
        "assignments": emit_firm.assignments(firm, out.rep, out.branch),
        "absences": emit_firm.absences(firm, out.rep),
        "registrations": emit_firm.registrations(firm, out.rep),
        "products": emit_firm.products(),
        "quotas": emit_firm.quotas(firm, out.rep, out.branch),
        "payouts": emit_firm.payouts(paid, out.rep),
        "campaigns": emit_firm.campaigns(firm, out.branch),
        "discipline": emit_firm.discipline(firm, out.rep),
        "coverage": emit_firm.coverage(firm, out.branch),
    }.items():
        out.writer.write(feed, columns)
