"""Score surveil on firms of the third generator: eight kinds of firm with their honest oddities, once without culprits.

`python -m bench.third --seeds 13-20` writes the section "third" of docs/accuracy.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench.generated import Generator, Made, main
from bench.third.firm import Firm


def _make(seed: int, honest: bool, folder: Path) -> Made:
    firm = Firm(seed, honest=honest)
    firm.write(folder)
    return Made(firm.kind, firm.zone)


THIRD = Generator("third", "kind of firm", _make)

if __name__ == "__main__":
    raise SystemExit(main(THIRD, __doc__, sys.argv[1:]))
