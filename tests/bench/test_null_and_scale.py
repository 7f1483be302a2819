"""The null run's real contacts under representatives by lot, and the firm made to measure speed on."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from bench.null import marketing
from bench.scale import __main__ as scale
from bench.scale import data, in_pandas, in_sql
from bench.scale.__main__ import Measured

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "bank_marketing" / "bank-full.csv"
ROWS = "contact,day,month,campaign,y\n" + "".join(
    f"{contact},{day},{month},1,{sold}\n"
    for contact, day, month, sold in [
        ("cellular", 5, "may", "no"),
        ("cellular", 31, "dec", "yes"),
        ("telephone", 30, "feb", "no"),
        ("telephone", 2, "mar", "yes"),
    ]
)


@pytest.fixture
def contacts(tmp_path: Path) -> pd.DataFrame:
    file = tmp_path / "bank.csv"
    file.write_text(ROWS, encoding="utf-8")
    return marketing.read(file)


def test_the_year_turns_where_the_month_goes_back_and_no_day_is_invented(contacts: pd.DataFrame) -> None:
    days = contacts["day"].dt.strftime("%Y-%m-%d").tolist()
    assert days == ["2008-05-05", "2008-12-31", "2009-02-28", "2009-03-02"]


def test_cells_count_every_contact_once_whoever_is_drawn(contacts: pd.DataFrame) -> None:
    for seed in (1, 2):
        cells = marketing.cells(contacts, seed)
        assert (cells["n"].sum(), cells["y"].sum()) == (4, 2)
    assert not marketing.cells(contacts, 1).equals(marketing.cells(contacts, 2))


def test_the_feeds_agree_with_each_other(contacts: pd.DataFrame, tmp_path: Path) -> None:
    marketing.write_feeds(contacts, 1, tmp_path / "feeds")
    read = {path.stem: pd.read_csv(path, dtype=str) for path in (tmp_path / "feeds").iterdir()}
    assert set(read["accounts"]["customer_id"]) <= set(read["contacts"]["customer_id"])
    assert set(read["contacts"]["rep_id"]) <= set(read["reps"]["rep_id"])
    sold = read["contacts"].loc[read["contacts"]["outcome"] == "accepted", "customer_id"]
    assert sorted(sold) == sorted(read["accounts"]["customer_id"])


def test_the_real_contacts_end_in_november_2010() -> None:
    if not REAL.is_file():
        pytest.skip("the UCI Bank Marketing file is not beside the repository (shared/data/bank_marketing)")
    contacts = marketing.read(REAL)
    assert len(contacts) == 45_211
    assert contacts["day"].is_monotonic_increasing or contacts["month"].is_monotonic_increasing
    assert str(contacts["day"].max().date()) == "2010-11-17"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large")
    data.make(folder, accounts=4_000, transactions=24_000)
    return folder


def test_a_comparison_in_which_somebody_counts_otherwise_or_nothing_is_no_result() -> None:
    def step(name: str, **told: object) -> Measured:
        return Measured(name, 1.0, 1.0, 0.1, 0.0, json.dumps(told))

    three = [
        step(name, counted={"never used": 7, "round trips": 2}) for name in ("plain SQL", "Polars", "pandas")
    ]
    scale._agree([step("surveil scan", run="000001"), *three])
    for wrong, why in (
        (step("pandas", counted={"never used": 7, "round trips": 3}), "not the same was counted"),
        (step("pandas", counted={"never used": 7}), "not the same was counted"),
        (step("pandas", seconds=3), "not said what was counted: pandas"),
    ):
        with pytest.raises(RuntimeError, match=why):
            scale._agree([*three[:2], wrong])


def test_the_large_firm_has_the_size_asked_for_and_is_the_same_every_time(
    large: Path, tmp_path: Path
) -> None:
    parts = sorted(large.glob("transactions-*.parquet"))
    assert sum(pq.read_metadata(part).num_rows for part in parts) == 24_000
    assert pq.read_metadata(large / "accounts.parquet").num_rows == 4_000
    data.make(tmp_path, accounts=4_000, transactions=24_000)
    for path in large.iterdir():
        again = tmp_path / path.name
        assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(again.read_bytes()).digest(), (
            path.name
        )


def test_pandas_finds_what_the_generator_put_in(large: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert in_pandas.main([str(large)]) == 0
    counted = json.loads(capsys.readouterr().out)["counted"]
    consents = pq.read_metadata(large / "consents.parquet").num_rows
    assert counted["without consent"] == 4_000 - consents
    assert counted["round trips"] > 0
    assert counted["never used"] > 0


def test_plain_sql_and_polars_count_what_pandas_counts(
    large: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("polars", reason="Polars is for the comparison only")
    from bench.scale import in_polars

    counted = []
    for module in (in_pandas, in_sql, in_polars):
        assert module.main([str(large)]) == 0
        counted.append(json.loads(capsys.readouterr().out)["counted"])
    assert counted[0]["period-end openings unused"] > 0
    assert counted == [counted[0]] * 3
