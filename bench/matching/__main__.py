"""How well `same_people` tells which records are one person's, on a file of records of which that is known.

`python -m bench.matching FILE`: a CSV with `unique_id`, `first_name`, `surname`, `dob`, `city`, `email` and `cluster` (or
`group`), as the fake_1000 set of the Splink project. Prints precision, recall and F1 over all pairs, by evidence.
"""

from __future__ import annotations

import argparse
from itertools import combinations
from pathlib import Path

import pandas as pd

from surveil.links.people import ENOUGH, same_people

LEVELS = (0.0, 1.0, 1.5, ENOUGH, 2.5, 3.0)


def people_of(records: pd.DataFrame) -> pd.DataFrame:
    """The records as `same_people` takes them; the city stands for the home."""
    names = records["first_name"].fillna("") + " " + records["surname"].fillna("")
    days = (pd.to_datetime(records["dob"], errors="coerce") - pd.Timestamp("1970-01-01")).dt.days
    return pd.DataFrame(
        {
            "customer_id": records["unique_id"].astype(str),
            "name": names.str.strip().replace("", None),
            "birth_day": days.astype("Int64"),
            "email": records["email"],
            "phone": None,
            "home": records["city"],
        }
    )


def scores(records: pd.DataFrame) -> pd.DataFrame:
    """Precision, recall and F1 over pairs, one row per level of evidence."""
    cluster = "cluster" if "cluster" in records else "group"
    truth = {
        frozenset(pair)
        for _, group in records.groupby(cluster)
        for pair in combinations(group["unique_id"].astype(str), 2)
    }
    found = same_people(people_of(records), enough=min(LEVELS))
    rows = []
    for level in LEVELS:
        kept = found[found["evidence"] >= level]
        pairs = {frozenset(pair) for pair in zip(kept["one"], kept["other"], strict=True)}
        right = len(pairs & truth)
        precision, recall = right / max(len(pairs), 1), right / max(len(truth), 1)
        rows.append((level, precision, recall, 2 * right / max(len(pairs) + len(truth), 1)))
    return pd.DataFrame(rows, columns=["evidence", "precision", "recall", "f1"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("file", type=Path)
    print(scores(pd.read_csv(parser.parse_args().file)).round(3).to_string(index=False))


if __name__ == "__main__":
    main()
