"""A firm made in parts: nothing of one part happens at the branches of another."""

from __future__ import annotations

import numpy as np
import pytest

from surveil.simulate import firm as making_a_firm
from surveil.simulate.schemes.extra import extra_sittings
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
