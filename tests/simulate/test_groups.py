"""A firm made in parts: nothing of one part happens at the branches of another."""

from __future__ import annotations

import numpy as np
import pytest

from surveil.simulate import firm as making_a_firm
from surveil.simulate.schemes.extra import _place, extra_sittings, working_days
from surveil.simulate.sittings import Part, honest_sittings
from surveil.simulate.table import Streams


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_opened_in_a_part_is_opened_at_its_branches(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making_a_firm, "GROUP_ACCOUNTS", 4_000)
    firm = making_a_firm.make_firm(150, 12, seed, None, False, "epidemic")
    assert len(firm.groups) > 5
    planned: set[int] = set()
    for group in firm.groups:
        part = Part(firm, group, Streams(firm.seed, group.number))
        honest = honest_sittings(part)
        opened = extra_sittings(part, honest)
        for sittings in (honest, opened):
            if sittings:
                assert np.isin(sittings["branch"], group.branches).all()
        planned |= {position for position, _ in part.schemes}
    assert planned == set(range(len(firm.schemes)))


def test_who_moves_away_opens_nothing_there_on_days_of_absence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making_a_firm, "GROUP_ACCOUNTS", 4_000)
    firm = making_a_firm.make_firm(150, 12, 1, None, False, "epidemic")
    part = Part(firm, firm.groups[0], Streams(firm.seed, 0))
    position, scheme = next((p, s) for p, s in part.schemes if s.kind == "forger")
    middle = (scheme.start + scheme.end) // 2
    firm.reps.branch[scheme.rep, : middle + 1] = firm.groups[0].branches[0]
    firm.reps.branch[scheme.rep, middle + 1 :] = firm.groups[-1].branches[-1]
    firm.reps.present[scheme.rep, middle - 5 :] = 0
    days = working_days(part, scheme.rep, scheme.start, scheme.end)
    opened = _place(part, np.random.default_rng(1), position, scheme, scheme.rep, days, 2_000)
    assert (firm.reps.present[scheme.rep, opened["day"]] == 0).any(), "nothing fell on a day of absence"
    assert np.isin(opened["branch"], firm.groups[0].branches).all()
