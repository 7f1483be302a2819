"""What a load keeps, corrects, skips and reports."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from surveil.errors import InputRefused, UsageError
from surveil.feeds import snapshots
from surveil.feeds.load import load
from surveil.feeds.rejects import read_rejects
from tests.feeds.firms import ACCOUNTS, MINIMAL, Firm, feed_of


def test_a_first_load_is_there_whole(firm: Firm) -> None:
    report = firm.load()
    assert (report.load_number, report.read, report.accepted) == (1, 5, 5)
    assert firm.rows("accounts", "account_id, opened_at_day, opened_at_tod, _file, _line, _load") == [
        ("A1", 19783, 36_000, "accounts.csv", 2, 1),
        ("A2", 19784, 39_600, "accounts.csv", 3, 1),
    ]
    snapshot = snapshots.current(firm.workspace)
    assert snapshot.feeds["accounts"].rows == 2
    assert snapshot.feeds["accounts"].columns == set(ACCOUNTS.strip().split(","))
    assert not snapshot.feeds["sales"].present
    assert snapshot.altered() == ()
    assert json.loads(json.dumps(report.as_dict()))["feeds"][0]["files"][0]["accepted"] == 1


def test_the_same_bytes_again_add_nothing(firm: Firm) -> None:
    firm.load()
    before = firm.tree()
    report = firm.load()
    assert report.load_number is None
    assert {skipped.file for skipped in report.skipped} == set(MINIMAL)
    assert firm.tree() == before
    assert "Nothing new" in report.render()


def test_known_bytes_are_skipped_beside_new_ones_and_twice_in_one_folder(firm: Firm) -> None:
    firm.load()
    report = firm.load(
        {"accounts-b.csv": ACCOUNTS + "A3,C1,CHK,2024-03-03,R1,branch\n", "reps-b.csv": MINIMAL["reps.csv"]}
    )
    assert report.load_number == 2
    assert [feed.feed for feed in report.feeds] == ["accounts"]
    copies = {skipped.file: skipped.same_as for skipped in report.skipped}
    assert copies["reps-b.csv"] == "reps.csv"
    assert snapshots.current(firm.workspace).feeds["accounts"].rows == 3


def test_an_earlier_file_can_be_loaded_once_more_to_count_again(firm: Firm) -> None:
    """A, then B, then A again: the third is skipped, as its bytes are known, unless it is asked for."""
    firm.load()
    firm.load({"accounts.csv": ACCOUNTS + "A1,C1,CHK,2024-03-01 10:00:00,R1,phone\n"})
    skipped = firm.load({"accounts.csv": MINIMAL["accounts.csv"]})
    assert skipped.load_number is None
    assert "--again" in skipped.render()
    report = load(firm.workspace, firm.folder, again=True)
    assert report.load_number == 3
    assert firm.rows("accounts", "account_id, channel, _load")[-2:] == [
        ("A1", "branch", 3),
        ("A2", "online", 3),
    ]


def test_of_equal_files_in_a_folder_the_last_counts(firm: Firm) -> None:
    other = ACCOUNTS + "A1,C1,CHK,2024-03-01 10:00:00,R1,phone\n"
    files = {"accounts.csv": MINIMAL["accounts.csv"], "accounts-2.csv": other, "accounts-3.csv": other}
    report = firm.load({**files, "accounts-1.csv": MINIMAL["accounts.csv"]})
    assert {skipped.file: skipped.same_as for skipped in report.skipped} == {
        "accounts-1.csv": "accounts.csv",
        "accounts-2.csv": "accounts-3.csv",
    }


def test_a_column_that_a_file_leaves_out_is_named(firm: Firm) -> None:
    firm.load()
    header = ACCOUNTS.replace(",opened_by", "")
    assert header != ACCOUNTS
    report = firm.load({"accounts.csv": header + "A1,C1,CHK,2024-03-01 10:00:00,phone\n"})
    assert "accounts.csv leaves out opened_by, which other files of accounts have" in report.render()


def test_the_last_of_a_key_wins_by_file_name_and_line(firm: Firm) -> None:
    report = firm.load(
        {
            "accounts.csv": ACCOUNTS + "A1,C1,CHK,2024-01-03,R1,mail\nA2,C1,CHK,2024-01-01,R1,mail\n",
            "accounts-1.csv": ACCOUNTS + "A1,C1,CHK,2024-01-01,R1,mail\nA3,C1,CHK,2024-01-01,R1,mail\n"
            "A3,C1,CHK,2024-01-02,R1,phone\nA3,C1,CHK,2024-01-01,R1,\n",
        }
    )
    accounts = feed_of(report, "accounts")
    assert (accounts.read, accounts.accepted, accounts.superseded, accounts.rejected) == (6, 3, 2, 1)
    assert firm.rows("accounts", "account_id, channel, _file, _line") == [
        ("A3", "phone", "accounts-1.csv", 4),
        ("A1", "mail", "accounts.csv", 2),
        ("A2", "mail", "accounts.csv", 3),
    ]
    superseded = snapshots.load_folder(firm.workspace, 1) / "superseded" / "accounts"
    assert sorted(path.name for path in superseded.iterdir()) == ["part-00001.parquet"]


def test_a_later_load_corrects_by_key_and_the_earlier_version_stays(firm: Firm) -> None:
    firm.load()
    first = firm.tree()
    correction = ACCOUNTS + "A1,C1,CHK,2024-03-01 10:00:00,R1,phone\nA9,C1,CHK,2024-03-05,R1,mail\n"
    report = firm.load({"accounts.csv": correction})
    assert feed_of(report, "accounts").corrected == 1
    assert snapshots.current(firm.workspace).feeds["accounts"].rows == 3
    assert snapshots.at(firm.workspace, 1).feeds["accounts"].rows == 2
    assert firm.rows("accounts", "account_id, channel, _load")[0] == ("A1", "branch", 1)
    assert first.items() <= firm.tree().items()
    assert snapshots.at(firm.workspace, 1).id != snapshots.current(firm.workspace).id


def test_keys_with_an_empty_part_are_compared_too(firm: Firm) -> None:
    header = "feed,scope,covers_from,covers_to\n"
    firm.load(
        {"coverage.csv": header + "sales,,2024-01-01,2024-02-01\nsales,B1,2024-01-01,\nsales,,2024-01-01,\n"}
    )
    report = firm.load({"coverage.csv": header + "sales,,2024-01-01,2024-03-01\n"})
    assert feed_of(report, "coverage").corrected == 1
    assert snapshots.current(firm.workspace).feeds["coverage"].rows == 2


def test_rejects_are_kept_as_they_came(firm: Firm) -> None:
    bad = 'A7,C1,CHK,2023-02-30 10:00:00,R1,"branch"'
    report = firm.load({"accounts.csv": MINIMAL["accounts.csv"] + "\n" + bad + "\nA8,C1\n"})
    accounts = feed_of(report, "accounts")
    assert (accounts.read, accounts.accepted, accounts.rejected) == (4, 2, 2)
    assert accounts.files[0].blank_lines == 1
    rejects = list(read_rejects(firm.workspace, 1, "accounts"))
    assert [(r.file, r.line, r.column, r.text) for r in rejects] == [
        ("accounts.csv", 5, "opened_at", bad),
        ("accounts.csv", 6, None, "A8,C1"),
    ]
    assert "opened_at is not a date and time" in rejects[0].reason
    assert list(read_rejects(firm.workspace, 1)) == rejects
    assert "fewer fields" in report.render()


def test_what_was_done_to_cells_is_counted(firm: Firm) -> None:
    report = firm.load(
        {
            "transactions.csv": "transaction_id,account_id,posted_at,kind,amount,extra,tender\n"
            "T1,A1,2024-03-05,deposit,10.005,x,\nT2,A1,2024-03-05 10:00,gift,10.0000,x,CASH\n"
            "T3,A1,2024-03-05 10:00Z,fee,,x,card\n"
        }
    )
    file = feed_of(report, "transactions").files[0]
    assert (file.rounded, file.midnight, file.unknown_columns) == (
        {"amount": 1},
        {"posted_at": 1},
        ("extra",),
    )
    assert [(value.column, value.rows, value.samples) for value in file.unknown_values] == [
        ("kind", 1, ("gift",)),
        ("tender", 1, ("CASH",)),
    ]
    assert firm.rows("transactions", "amount_cents, kind, tender") == [
        (1001, "deposit", None),
        (1000, "gift", "CASH"),
        (None, "fee", "card"),
    ]
    for part in ("extra", "'gift'", "Rounded", "midnight"):
        assert part in report.render()


def test_references_to_nowhere_are_counted_and_their_rows_kept(firm: Firm) -> None:
    lines = "A3,C9,CHK,2024-03-03,R7,branch\nA4,C8,CHK,2024-03-03,R1,branch\n"
    report = firm.load(
        {
            "accounts-2.csv": "co_owners,"
            + ACCOUNTS
            + "".join(f"C1;C5;C6,{line}\n" for line in lines.splitlines()),
            "consents.csv": "consent_id,account_id,kind,captured_at,captured_by\n"
            "S1,A3,wet_signature,2024-03-03,customer\nS2,A9,wet_signature,2024-03-03,R3\n",
        }
    )
    gaps = {
        (feed.feed, gap.column): (gap.rows, gap.samples) for feed in report.feeds for gap in feed.dangling
    }
    assert gaps == {
        ("accounts", "customer_id"): (2, ("C8", "C9")),
        ("accounts", "co_owners"): (2, ("C5", "C6")),
        ("accounts", "opened_by"): (1, ("R7",)),
        ("consents", "account_id"): (1, ("A9",)),
        ("consents", "captured_by"): (1, ("R3",)),
    }
    assert snapshots.current(firm.workspace).feeds["accounts"].rows == 4


def test_references_are_looked_up_in_earlier_loads(firm: Firm) -> None:
    firm.load()
    header = "consent_id,account_id,kind,captured_at\n"
    report = firm.load({"consents.csv": header + "S1,A1,wet_signature,2024-03-03\n"})
    assert feed_of(report, "consents").dangling == ()


def test_local_time_is_the_branch_s_of_this_or_an_earlier_load(firm: Firm) -> None:
    branches = "branch_id,name,timezone\nLA,West,America/Los_Angeles\nX,Odd,Mars/Olympus\n"
    contacts = "contact_id,customer_id,branch_id,at,kind\n"
    report = firm.load(
        {"branches.csv": branches, "contacts.csv": contacts + "K1,C1,LA,2024-03-05 10:00,call\n"}
    )
    value = feed_of(report, "branches").files[0].unknown_values[0]
    assert (value.column, value.samples) == ("timezone", ("Mars/Olympus",))
    firm.load(
        {
            "contacts.csv": contacts + "K2,C1,LA,2024-03-05 10:00,call\nK3,C1,X,2024-03-05 10:00,call\n"
            "K4,C1,LA,2024-03-05T18:00:00Z,call\nK5,C1,,2024-03-05 10:00,call\n"
        }
    )
    noon_utc = 1_709_632_800
    assert firm.rows("contacts", "contact_id, at_s, at_day, at_tod") == [
        ("K1", noon_utc + 8 * 3600, 19787, 36_000),
        ("K2", noon_utc + 8 * 3600, 19787, 36_000),
        ("K3", noon_utc + 5 * 3600, 19787, 36_000),
        ("K4", noon_utc + 8 * 3600, 19787, 36_000),
        ("K5", noon_utc + 5 * 3600, 19787, 36_000),
    ]


def test_a_changed_time_zone_is_pointed_out(firm: Firm) -> None:
    firm.load({"branches.csv": "branch_id,name\nB1,One\nB2,Two\n"})
    zones = "B1,One,Europe/Riga\nB2,Two,America/New_York\nB3,Three,Europe/Riga\n"
    report = firm.load({"branches.csv": "branch_id,name,timezone\n" + zones})
    (note,) = report.notes
    assert "time zone has changed: B1 (1 in all)" in note


def test_a_feed_with_a_header_alone_is_present_and_empty(firm: Firm) -> None:
    firm.load({"sales.csv": "sale_id,customer_id,product_code,rep_id,sold_at,amount"})
    state = snapshots.current(firm.workspace).feeds["sales"]
    assert (state.present, state.rows, len(state.columns)) == (True, 0, 6)
    assert firm.rows("sales", "sale_id, amount_cents, _file") == []


def test_a_quota_is_for_exactly_one(firm: Firm) -> None:
    header = "quota_id,rep_id,branch_id,role,metric,period_start,period_end,target\n"
    end = "accounts_opened,2024-01-01,2024-01-31,12.5\n"
    report = firm.load({"quotas.csv": header + f"Q1,R1,,,{end}Q2,,,,{end}Q3,R1,,banker,{end}"})
    assert feed_of(report, "quotas").rejected == 2
    assert firm.rows("quotas", "quota_id, target_cents") == [("Q1", 1250)]


def test_the_order_of_columns_and_unusual_line_ends_do_not_matter(empty_firm: Firm) -> None:
    files = dict(MINIMAL)
    files["customers.csv"] = (
        '\ufeffcreated_on,note,name,customer_id\r\n2020-01-01,"a\r\nb","Doe, Jo",C1\r2020-01-01,,X,007\n'
    )
    empty_firm.load(files)
    assert empty_firm.rows("customers", "customer_id, name, _line") == [("C1", "Doe, Jo", 2), ("007", "X", 3)]


def test_a_row_s_text_is_kept_to_the_letter(firm: Firm) -> None:
    note = 'A "quoted", long\nstory — Łódź 東京 \u202e \x07'
    quoted = note.replace('"', '""')
    firm.load({"contacts.csv": f'contact_id,customer_id,at,kind,note\nK1,C1,2024-03-05,call,"{quoted}"\n'})
    assert firm.rows("contacts", "note") == [(note,)]


def test_missing_feeds_and_columns_refuse_the_load_and_leave_nothing(firm: Firm) -> None:
    (firm.folder / "reps.csv").unlink()
    with pytest.raises(InputRefused, match=r"reps\.csv"):
        firm.load()
    with pytest.raises(InputRefused) as refused:
        firm.load({"reps.csv": "Rep_ID,name,role\nR1,Ann,banker\n", "sales.csv": "sale_id\n"})
    message = str(refused.value)
    assert refused.value.exit_code == 3
    assert "reps.csv: the required columns rep_id, hired_on" in message
    assert "sales.csv: the required columns" in message
    assert firm.tree() == {}
    with pytest.raises(UsageError, match="Nothing has been loaded"):
        snapshots.current(firm.workspace)


def test_required_feeds_of_an_earlier_load_are_enough(firm: Firm) -> None:
    firm.load()
    for path in firm.folder.iterdir():
        path.unlink()
    report = firm.load({"absences.csv": "rep_id,start_on,end_on\nR1,2024-01-01,2024-01-05\n"})
    assert report.load_number == 2


def test_other_files_and_folders_are_named(firm: Firm) -> None:
    (firm.folder / "answers").mkdir()
    (firm.folder / "sales.csv").mkdir()
    report = firm.load({"README.txt": "hello", "account.csv": "x", "profile-changes.csv": "x"})
    assert report.ignored == ("README.txt", "account.csv", "answers", "profile-changes.csv", "sales.csv")


@pytest.mark.parametrize("missing", [True, False])
def test_a_folder_that_is_not_there_or_has_no_feed(empty_firm: Firm, missing: bool) -> None:
    folder = empty_firm.folder / "nowhere" if missing else empty_firm.folder
    empty_firm.folder = folder
    with pytest.raises(UsageError if missing else InputRefused):
        empty_firm.load()


def test_paths_with_odd_characters_work(tmp_path: Path) -> None:
    firm = Firm(tmp_path / "it's [a] *bank? $(x)")
    firm.write(MINIMAL)
    firm.load()
    row = "A1,C1,CHK,2024-01-01,R1,mail\n"
    report = firm.load({"accounts-it's [1].csv": ACCOUNTS + row + row, "accounts-'*.csv": ACCOUNTS + row})
    accounts = feed_of(report, "accounts")
    assert (accounts.accepted, accounts.superseded, accounts.corrected) == (1, 2, 1)
    assert snapshots.current(firm.workspace).altered() == ()


def test_progress_only_ever_grows(firm: Firm) -> None:
    said: list[tuple[str, float]] = []
    firm.write({"reps-2.csv.gz": gzip.compress(MINIMAL["reps.csv"].replace("R1", "R2").encode())})
    load(firm.workspace, firm.folder, lambda what, share: said.append((what, share)))
    shares = [share for _, share in said]
    assert shares == sorted(shares)
    assert 0.0 <= shares[0] <= shares[-1] <= 1.0
    assert {"reading reps.csv", "reading reps-2.csv.gz", "reading accounts.csv"} <= {what for what, _ in said}


def test_an_altered_file_is_found(firm: Firm) -> None:
    firm.load()
    snapshot = snapshots.current(firm.workspace)
    path = snapshot.feeds["accounts"].parts[0].files[0]
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert snapshot.altered() == (path,)


def test_two_workspaces_with_the_same_feeds_are_the_same(tmp_path: Path) -> None:
    firms = [Firm(tmp_path / name) for name in ("a", "b")]
    for firm in firms:
        firm.write(MINIMAL)
        firm.load()
    assert firms[0].tree() == firms[1].tree()
    assert snapshots.current(firms[0].workspace).id == snapshots.current(firms[1].workspace).id
    assert (
        snapshots.current(firms[0].workspace).manifest() == snapshots.current(firms[1].workspace).manifest()
    )
