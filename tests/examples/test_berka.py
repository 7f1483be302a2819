"""The converter of the public Czech bank files: what becomes what, what stays not known, and odd sources."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

REPOSITORY = Path(__file__).resolve().parents[2]
CONVERTER = REPOSITORY / "examples" / "berka" / "convert.py"
REAL = REPOSITORY.parent / "shared" / "data" / "berka"

SAMPLE = {
    "district": 'A1;A2;A3;A4\n1;"Hl.m. Praha";"Prague";1204953\n70;"Karvina";"north Moravia";285387\n',
    "account": (
        '"account_id";"district_id";"frequency";"date"\n'
        '576;70;"POPLATEK MESICNE";930101\n'
        '704;1;"POPLATEK TYDNE";930115\n'
        '9;1;"POPLATEK PO OBRATU";971229\n'
    ),
    "client": (
        '"client_id";"birth_number";"district_id"\n1;"706213";70\n2;"450204";1\n3;"406009";1\n4;"010203";1\n'
    ),
    "disp": (
        '"disp_id";"client_id";"account_id";"type"\n1;1;576;"OWNER"\n2;2;576;"DISPONENT"\n'
        '3;3;704;"OWNER"\n4;4;9;"OWNER"\n'
    ),
    "card": '"card_id";"disp_id";"type";"issued"\n5;2;"gold";981107 00:00:00\n',
    "loan": (
        '"loan_id";"account_id";"date";"amount";"duration";"payments";"status"\n'
        '7;704;930705;96396;12;8033.00;"B"\n8;576;930805;1000;12;90.00;"D"\n'
    ),
    "order": (
        '"order_id";"account_id";"bank_to";"account_to";"amount";"k_symbol"\n'
        '29401;576;"YZ";"87144583";2452.00;"SIPO"\n'
    ),
    "trans": (
        '"trans_id";"account_id";"date";"type";"operation";"amount";"balance";"k_symbol";"bank";"account"\n'
        '1;576;930101;"PRIJEM";"VKLAD";700.00;700.00;"";;\n'
        '2;576;930131;"PRIJEM";"";2.60;702.60;"UROK";;\n'
        '3;576;930131;"VYDAJ";"VYBER";14.60;688.00;"SLUZBY";;\n'
        '4;576;930207;"VYDAJ";"PREVOD NA UCET";2452.00;0.00;"SIPO";"YZ";"87144583"\n'
        '5;704;930208;"VYDAJ";"PREVOD NA UCET";10.00;0.00;" ";"QR";"576"\n'
        '6;704;930209;"PRIJEM";"PREVOD Z UCTU";5000.5;0.00;"DUCHOD";"ST";"1"\n'
        '7;704;930210;"VYBER";"VYBER";100;0.00;"";;\n'
        '8;704;940331;"VYDAJ";"VYBER KARTOU";100.00;0.00;"";;\n'
        '9;704;940331;"VYDAJ";"VYBER";1.00;0.00;"SANKC. UROK";;\n'
    ),
}


CARD_DAYS = {"20": "931231", "22": "940103", "21": "940102"}


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    return write_source(tmp_path / "source")


def write_source(folder: Path, **changed: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**SAMPLE, **changed}.items():
        (folder / f"{name}.asc").write_bytes(text.replace("\n", "\r\n").encode("utf-8", "surrogateescape"))
    return folder


def run(source: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """As a user runs it; `-S` proves that no package is needed."""
    command = [sys.executable, "-S", str(CONVERTER), str(source), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def rows(folder: Path, feed: str) -> list[dict[str, str]]:
    with (folder / f"{feed}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def feeds(sample: Path, tmp_path: Path) -> Path:
    done = run(sample, tmp_path / "feeds")
    assert done.returncode == 0, done.stderr
    return tmp_path / "feeds"


def test_an_account_has_its_owner_its_branch_and_who_else_may_dispose_of_it(feeds: Path) -> None:
    account = rows(feeds, "accounts")[0]
    assert (account["account_id"], account["customer_id"], account["co_owners"]) == ("576", "1", "2")
    assert (account["opened_at"], account["branch_id"]) == ("1993-01-01", "D70")
    assert account["product_code"] == "ACCOUNT-MONTHLY"


def test_who_opened_is_not_known_rather_than_nobody(feeds: Path) -> None:
    assert not {"opened_by", "credited_to"} & set(rows(feeds, "accounts")[0])
    assert rows(feeds, "reps") == []
    assert not [
        feed for feed in ("consents", "contacts", "sales", "quotas") if (feeds / f"{feed}.csv").exists()
    ]


def test_coverage_is_the_real_range_so_that_a_later_account_is_not_called_unused(feeds: Path) -> None:
    assert {row["feed"]: (row["covers_from"], row["covers_to"]) for row in rows(feeds, "coverage")} == {
        "accounts": ("1993-01-01", "1997-12-29"),
        "transactions": ("1993-01-01", "1994-03-31"),
    }


def test_a_card_is_a_feature_of_its_account_and_belongs_to_whom_it_was_issued(feeds: Path) -> None:
    card = next(row for row in rows(feeds, "accounts") if row["account_id"] == "CARD-5")
    assert (card["parent_account_id"], card["customer_id"], card["opened_at"]) == ("576", "2", "1998-11-07")
    family = {row["product_code"]: row["family"] for row in rows(feeds, "products")}
    assert family[card["product_code"]] == "feature"


def test_a_loan_is_an_account_of_its_own(feeds: Path) -> None:
    loans = {row["account_id"]: row for row in rows(feeds, "accounts") if row["product_code"] == "LOAN"}
    assert {key: row["status"] for key, row in loans.items()} == {"LOAN-7": "closed", "LOAN-8": "open"}
    assert loans["LOAN-7"]["customer_id"] == "3"
    assert loans["LOAN-7"]["parent_account_id"] == ""


def test_a_birth_number_tells_the_day_for_men_and_women(feeds: Path) -> None:
    born = {row["customer_id"]: row["birth_on"] for row in rows(feeds, "customers")}
    assert born == {"1": "1970-12-13", "2": "1945-02-04", "3": "1940-10-09", "4": "1901-02-03"}


@pytest.mark.parametrize(
    ("transaction", "kind", "amount", "initiated_by", "counterparty"),
    [
        ("1", "deposit", "700.00", "customer", ""),
        ("2", "interest", "2.60", "system", ""),
        ("3", "fee", "-14.60", "system", ""),
        ("4", "payment", "-2452.00", "customer", "YZ 87144583"),
        ("5", "transfer_out", "-10.00", "", "QR 576"),
        ("6", "transfer_in", "5000.50", "", "ST 1"),
        ("7", "withdrawal", "-100.00", "customer", ""),
        ("8", "withdrawal", "-100.00", "customer", ""),
        ("9", "fee", "-1.00", "system", ""),
    ],
)
def test_a_transaction_becomes(
    feeds: Path, transaction: str, kind: str, amount: str, initiated_by: str, counterparty: str
) -> None:
    row = next(row for row in rows(feeds, "transactions") if row["transaction_id"] == transaction)
    found = (row["kind"], row["amount"], row["initiated_by"], row["counterparty"])
    assert found == (kind, amount, initiated_by, counterparty)


def test_a_card_that_was_drawn_on_is_known_to_be_used(tmp_path: Path) -> None:
    """The source books the withdrawal on the account; whether before the card was issued or after, the day decides."""
    card = SAMPLE["card"].replace("981107", "940101")
    drawn = "".join(
        f'{key};576;{day};"VYDAJ";"VYBER KARTOU";9.00;0.00;"";;\n' for key, day in CARD_DAYS.items()
    )
    source = write_source(tmp_path / "source", card=card, trans=SAMPLE["trans"] + drawn)
    assert run(source, tmp_path / "feeds").returncode == 0
    found = [row for row in rows(tmp_path / "feeds", "transactions") if row["account_id"] == "CARD-5"]
    told = [(row["transaction_id"], row["kind"], row["posted_at"], row["amount"]) for row in found]
    assert told == [("CARD-21", "activation", "1994-01-02", "")]


def test_with_two_cards_it_is_not_known_which_was_drawn_on(tmp_path: Path) -> None:
    card = SAMPLE["card"].replace("981107", "940101") + '6;1;"gold";940101 00:00:00\n'
    drawn = "".join(
        f'{key};576;{day};"VYDAJ";"VYBER KARTOU";9.00;0.00;"";;\n' for key, day in CARD_DAYS.items()
    )
    source = write_source(tmp_path / "source", card=card, trans=SAMPLE["trans"] + drawn)
    assert run(source, tmp_path / "feeds").returncode == 0
    assert not [row for row in rows(tmp_path / "feeds", "transactions") if row["kind"] == "activation"]


def test_another_banks_account_is_never_taken_for_one_of_this_bank(feeds: Path) -> None:
    assert "counterparty_account_id" not in rows(feeds, "transactions")[0]


def test_running_it_twice_gives_the_same_bytes(sample: Path, feeds: Path) -> None:
    before = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in feeds.iterdir()}
    assert run(sample, feeds).returncode == 0
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in feeds.iterdir()} == before


@pytest.mark.parametrize(
    ("table", "old", "new", "said"),
    [
        ("account", "930101", "930230", "account.asc, line 2: date is 930230"),
        ("account", "930101", "93-1-1", "account.asc, line 2: date is 93-1-1"),
        ("account", "POPLATEK MESICNE", "DAILY", "account.asc, line 2: frequency is DAILY"),
        ("account", ";930115", "", "account.asc, line 3: 3 fields where the header has 4"),
        ("account", "704;1", "576;1", "account.asc, line 3: account_id 576 is there twice"),
        ("client", "706213", "٧٠٦٢١٣", "client.asc, line 2: birth_number"),
        ("disp", "1;1;576", "1;1;9", "account 576 has no owner"),
        ("disp", "DISPONENT", "GUEST", "disp.asc, line 3: type is GUEST"),
        ("card", "5;2", "5;77", "card.asc, line 2: disp_id is 77"),
        ("loan", "7;704", "7;1", "loan.asc, line 2: account_id is 1"),
        ("trans", "700.00;700.00", "1e3x;700.00", "trans.asc, line 2: amount is 1e3x"),
        ("trans", "700.00;700.00", "NaN;700.00", "trans.asc, line 2: amount is NaN"),
        ("trans", "700.00;700.00", "-700.00;700.00", "trans.asc, line 2: amount is -700.00"),
        ("trans", "UROK", "BONUS", "trans.asc, line 3: k_symbol is BONUS"),
        ("trans", '"VYBER KARTOU"', '"KASSA"', "trans.asc, line 9: operation is KASSA"),
        ("trans", '"trans_id"', '"id"', "trans.asc, line 1: no column trans_id"),
        ("district", ";", ",", "district.asc, line 1: no column A1"),
        ("district", "Karvina", "Karvin\udce1", "district.asc is not plain text"),
    ],
)
def test_an_odd_source_is_refused_saying_where(
    tmp_path: Path, table: str, old: str, new: str, said: str
) -> None:
    source = write_source(tmp_path / "source", **{table: SAMPLE[table].replace(old, new)})
    done = run(source, tmp_path / "feeds")
    assert done.returncode == 3
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "feeds").exists()


def test_missing_files_are_all_named(sample: Path, tmp_path: Path) -> None:
    for name in ("trans", "disp"):
        (sample / f"{name}.asc").unlink()
    done = run(sample, tmp_path / "feeds")
    assert done.returncode == 3
    assert "disp.asc, trans.asc" in done.stderr


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    done = run(write_source(tmp_path / "source", trans=""), tmp_path / "feeds")
    assert done.returncode == 3
    assert "trans.asc, line 1: no column trans_id" in done.stderr


def test_a_folder_with_other_files_is_left_alone(sample: Path, tmp_path: Path) -> None:
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "sales.csv").write_text("of another firm\n")
    done = run(sample, tmp_path / "feeds")
    assert done.returncode == 3
    assert "sales.csv" in done.stderr
    assert [path.name for path in (tmp_path / "feeds").iterdir()] == ["sales.csv"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.sampled_from(sorted(SAMPLE)), noise=st.text(max_size=12), at=st.integers(0, 200))
def test_noise_anywhere_converts_or_is_refused_and_never_crashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str, noise: str, at: int
) -> None:
    monkeypatch.syspath_prepend(str(CONVERTER.parent))
    spec = importlib.util.spec_from_file_location("berka_convert", CONVERTER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["berka_convert"] = module
    spec.loader.exec_module(module)
    text = SAMPLE[table]
    source = write_source(tmp_path / "noisy", **{table: text[:at] + noise + text[at:]})
    try:
        feeds = module.convert(module.read(source))
    except module.SourceRefused as refusal:
        said = str(refusal)
    else:
        said = ""
        assert set(feeds.rows) == set(module.FEEDS)
    assert not said or ".asc" in said


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not REAL.is_dir():
        pytest.skip("the public Berka files are not beside the repository (shared/data/berka)")
    folder = tmp_path_factory.mktemp("berka")
    assert run(REAL, folder).returncode == 0
    return folder


def test_the_real_files_convert_whole(real: Path) -> None:
    counts = {path.stem: len(rows(real, path.stem)) for path in real.iterdir()}
    assert counts == {
        "branches": 77,
        "reps": 0,
        "products": 7,
        "customers": 5_369,
        "accounts": 4_500 + 892 + 682,
        "transactions": 49_100 + 4,
        "coverage": 2,
    }


def test_the_real_files_keep_their_money(real: Path) -> None:
    """What came in less what went out is the same sum as in the source."""
    cents: Counter[str] = Counter()
    for row in rows(real, "transactions"):
        cents["feeds"] += round(float(row["amount"] or 0) * 100)
    with (REAL / "trans.asc").open(encoding="ascii", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            sign = 1 if row["type"] == "PRIJEM" else -1
            cents["source"] += sign * round(float(row["amount"]) * 100)
    assert cents["feeds"] == cents["source"] != 0


def test_every_real_account_in_the_transactions_range_is_funded_and_used(real: Path) -> None:
    """The fact a right scan has to agree with: nothing here is unfunded or unused."""
    opened = {row["account_id"]: row["opened_at"] for row in rows(real, "accounts")}
    moved: dict[str, set[str]] = {}
    for row in rows(real, "transactions"):
        if row["kind"] not in ("interest", "fee"):
            moved.setdefault(row["account_id"], set()).add(row["posted_at"])
    examined = [
        key for key, day in opened.items() if day <= "1994-03-31" and not key.startswith(("CARD", "LOAN"))
    ]
    assert len(examined) == 1_229
    assert all(opened[key] in moved[key] for key in examined)


def test_a_scan_accuses_nobody_and_says_what_it_could_not_examine(real: Path, tmp_path: Path) -> None:
    def surveil(*arguments: str) -> str:
        command = [sys.executable, "-m", "surveil", *arguments, "--workspace", str(tmp_path / "workspace")]
        done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    surveil("init")
    surveil("load", str(real))
    said = surveil("scan")
    assert "0 alerts, 0 findings" in said
    unused = said[said.index("UN01") :]
    assert "862 examined, 0 found" in unused
    assert "the transactions' extract does not cover the day of the opening" in unused
    for detector in ("UA01", "UA03", "QB01", "CS01"):
        assert "not run, because" in next(line for line in said.splitlines() if detector in line)
