"""Score surveil on firms of the second generator: every seed is another kind of firm, each once with culprits, once without.

`python -m bench.second --seeds 1-10` writes the section "second" of docs/accuracy.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench.generated import Generator, Made, main
from bench.second.firm import Firm


def _make(seed: int, honest: bool, folder: Path) -> Made:
    firm = Firm(seed, honest=honest)
    firm.write(folder)
    ways = firm.habits
    there = {
        "contacts": ways.has_contacts,
        "consents": ways.has_consents,
        "goals": ways.has_goals,
        "assignments": ways.has_assignments,
    }
    return Made(", ".join(name for name, has in there.items() if not has) or "none")


SECOND = Generator("second", "feeds left out", _make)

if __name__ == "__main__":
    raise SystemExit(main(SECOND, __doc__, sys.argv[1:]))
