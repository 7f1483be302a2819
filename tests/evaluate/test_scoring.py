"""The scores of a firm small enough to count by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from surveil.errors import InputRefused, UsageError
from surveil.evaluate import Outputs, Scoreboard, score
from tests.evaluate import firm


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    return firm.write(tmp_path / "answers", firm.ANSWERS)


@pytest.fixture
def board(tmp_path: Path, answers: Path) -> Scoreboard:
    outputs = Outputs.read(firm.write_outputs(tmp_path / "outputs"))
    return score(outputs, answers, firm.write(tmp_path / "feeds", firm.FEEDS))


def test_grey_counts_neither_for_nor_against(board: Scoreboard) -> None:
    """Without grey the order is forger, star, gamer: precision 1 at the first, 2/3 at the second."""
    assert (board.reps.bad, board.reps.severe, board.reps.mild, board.reps.grey) == (3, 2, 1, 1)
    assert board.reps.average_precision == pytest.approx((1 + 2 / 3 + 0) / 3)
    assert board.reps.precision_at_10 == pytest.approx(2 / 6)


def test_a_wrongdoer_missing_in_the_ranking_is_a_reported_miss(board: Scoreboard) -> None:
    assert board.reps.not_ranked == ("gone",)
    assert board.reps.flagged.recall == pytest.approx(1 / 3)
    assert board.reps.flagged.recall_severe == pytest.approx(1 / 2)
    assert board.reps.flagged.recall_mild == 0.0
    assert "gone" in board.render()


def test_the_true_false_discovery_rate_counts_honest_reps_among_the_flagged(board: Scoreboard) -> None:
    flagged, by_q = board.reps.flagged, board.reps.by_q_value
    assert (flagged.bad, flagged.honest, flagged.false_discovery_rate) == (1, 2, pytest.approx(2 / 3))
    assert (by_q.bad, by_q.honest, by_q.false_discovery_rate) == (1, 1, pytest.approx(1 / 2))


def test_the_declared_rate_can_be_another(tmp_path: Path, answers: Path) -> None:
    outputs = Outputs.read(firm.write_outputs(tmp_path / "outputs"))
    assert score(outputs, answers, q=0.05).reps.by_q_value.honest == 0
    with pytest.raises(UsageError, match="between 0 and 1"):
        score(outputs, answers, q=5)


def test_p_values_of_honest_reps_are_held_against_what_chance_allows(board: Scoreboard) -> None:
    assert board.reps.honest_p_values == 3
    assert board.reps.honest_p_below == {
        "0.05": pytest.approx(1 / 3),
        "0.01": pytest.approx(1 / 3),
        "0.001": 0.0,
    }


def test_accounts_are_scored_at_review_budgets(board: Scoreboard) -> None:
    accounts = board.accounts
    assert (accounts.ranked, accounts.unauthorized, accounts.not_ranked) == (5, 3, 1)
    assert accounts.average_precision == pytest.approx((1 + 2 / 3) / 3)
    assert accounts.recall_at == {
        "1%": pytest.approx(1 / 3),
        "2%": pytest.approx(1 / 3),
        "5%": pytest.approx(1 / 3),
    }
    assert accounts.precision_at["5%"] == 1.0


def test_without_a_ranking_of_accounts_there_is_no_score_for_it(tmp_path: Path, answers: Path) -> None:
    folder = firm.write_outputs(tmp_path / "outputs")
    (folder / "accounts.csv").unlink()
    board = score(Outputs.read(folder), answers, firm.write(tmp_path / "feeds", firm.FEEDS))
    assert (board.accounts.ranked, board.accounts.unauthorized) == (0, 3)
    assert board.accounts.average_precision is None
    assert set(board.accounts.recall_at.values()) == {None}
    assert board.items["accounts/forger"].found == 2
    assert "no ranking of accounts" in board.render()


def test_a_finding_on_something_of_an_account_finds_the_account(board: Scoreboard) -> None:
    assert board.items["accounts/forger"].found == 2
    assert board.items["accounts/forger"].found_by == {"UA01": 1, "UA03": 1}


def test_items_have_recall_by_feed_and_typology(board: Scoreboard) -> None:
    assert board.items["sales/unlicensed"].recall == 0.5
    assert board.items["referrals/ring"].found == 0
    assert board.items["accounts/mass opening"].found == 0


def test_precision_counts_an_item_once_and_leaves_out_grey(board: Scoreboard) -> None:
    consent = board.detectors["UA01/accounts"]
    assert (consent.items, consent.in_key, consent.grey, consent.precision) == (3, 1, 1, 0.5)
    assert board.detectors["CS01/sales"].items == 1
    assert board.detectors["UA03/transactions"].precision == 1.0


def test_a_typology_is_scored_on_its_own_reps_against_honest_ones(board: Scoreboard) -> None:
    forger, gamer = board.typologies["forger"], board.typologies["gamer"]
    assert (forger.reps, forger.reps_flagged, forger.average_precision) == (1, 1, 1.0)
    assert gamer.average_precision == pytest.approx(1 / 2)  # behind the star; the forger is not against him
    assert gamer.recall_mild == 0.0
    assert gamer.recall_severe is None


def test_what_nobody_looks_for_is_named(board: Scoreboard) -> None:
    assert board.nobody_looks_for == ["gamer", "mass opening", "ring"]
    assert "gamer, mass opening, ring" in board.render()


def test_alerts_on_honest_people_are_counted(board: Scoreboard) -> None:
    alerts = board.alerts
    assert (alerts.alerts, alerts.on_bad, alerts.on_grey, alerts.on_honest, alerts.on_no_rep) == (
        5,
        1,
        1,
        2,
        1,
    )
    assert alerts.on_honest_by_severity == {"low": 1, "medium": 1}
    assert (alerts.honest_reps_alerted, alerts.honest_reps) == (1, 4)


def test_innocent_lookalikes_are_found_in_the_feeds(board: Scoreboard) -> None:
    alarms = {name: (group.honest, group.flagged) for name, group in board.confounders.items()}
    assert alarms == {
        "all honest": (4, 2),
        "top sellers": (0, 0),  # 5 % of two sellers is nobody
        "transfers": (1, 0),
        "new hires": (1, 1),
        "student branches": (1, 1),
        "payroll branches": (1, 0),
        "retirement homes": (0, 0),
        "part-time": (1, 0),
        "leave": (1, 1),
    }
    assert board.confounders["retirement homes"].share is None


def test_groups_the_feeds_do_not_tell_are_left_out(tmp_path: Path, answers: Path) -> None:
    feeds = firm.write(tmp_path / "less", {"accounts.csv": firm.FEEDS["accounts.csv"]})
    outputs = Outputs.read(firm.write_outputs(tmp_path / "outputs"))
    assert set(score(outputs, answers, feeds).confounders) == {"all honest", "top sellers"}
    assert score(outputs, answers).confounders == {}


def test_old_and_migrated_accounts_and_features_make_nobody_a_top_seller(
    tmp_path: Path, answers: Path
) -> None:
    many = "".join(f"o{i},c,P,2023-01-10,r{i},,b2,branch,\n" for i in range(20))
    feeds = {**firm.FEEDS, "accounts.csv": firm.FEEDS["accounts.csv"] + many}
    outputs = firm.ranking(["star", "boss", "clerk"], {"star"})
    group = score(outputs, answers, firm.write(tmp_path / "feeds", feeds)).confounders["top sellers"]
    assert (group.honest, group.flagged) == (1, 1)


def test_an_honest_firm_has_no_score_but_its_alarms(tmp_path: Path) -> None:
    nothing = {name: text.splitlines()[0] + "\n" for name, text in firm.ANSWERS.items()}
    board = score(firm.ranking(["a", "b", "c"], {"b"}), firm.write(tmp_path / "answers", nothing))
    assert board.reps.average_precision is None
    assert board.reps.flagged.recall is None
    assert (board.reps.flagged.honest, board.reps.flagged.false_discovery_rate) == (1, 1.0)
    assert board.typologies == {}
    assert "n/a" in board.render()


def test_ties_at_the_top_are_shown(answers: Path) -> None:
    outputs = firm.ranking(["forger", "gamer", "star"])
    outputs.reps["score"] = [1.0, 1.0, 0.5]
    board = score(outputs, answers)
    assert (board.reps.at_top_score, board.reps.tied) == (2, 2)


def test_a_perfect_ranking_scores_one_and_the_worst_one_least(answers: Path) -> None:
    honest = [f"h{i}" for i in range(20)]
    best = score(firm.ranking(["forger", "gamer", "gone", *honest]), answers)
    worst = score(firm.ranking([*honest, "forger", "gamer", "gone"]), answers)
    assert best.reps.average_precision == 1.0
    assert worst.reps.average_precision == pytest.approx((1 / 21 + 2 / 22 + 3 / 23) / 3)


def test_the_scoreboard_is_json_without_not_a_number(board: Scoreboard) -> None:
    text = json.dumps(board.as_dict(), allow_nan=False)
    assert json.loads(text)["reps"]["not_ranked"] == ["gone"]
    assert json.loads(text)["nobody_looks_for"] == ["gamer", "mass opening", "ring"]


def test_the_order_of_rows_changes_nothing(tmp_path: Path, answers: Path, board: Scoreboard) -> None:
    def backwards(text: str) -> str:
        head, *rows = text.splitlines(keepends=True)
        return head + "".join(reversed(rows))

    outputs = Outputs.read(
        firm.write_outputs(
            tmp_path / "backwards",
            reps=backwards(firm.REPS),
            accounts=backwards(firm.ACCOUNTS),
            findings=backwards(firm.FINDINGS),
            alerts=backwards(firm.ALERTS),
        )
    )
    assert score(outputs, answers, tmp_path / "feeds") == board


@pytest.mark.parametrize("feed", ["accounts", "absences"])
def test_a_broken_feed_is_named(tmp_path: Path, answers: Path, feed: str) -> None:
    feeds = firm.write(tmp_path / "feeds", {**firm.FEEDS, f"{feed}.csv": "x\n1\n"})
    outputs = Outputs.read(firm.write_outputs(tmp_path / "outputs"))
    with pytest.raises(InputRefused, match=f"{feed}.csv has no column"):
        score(outputs, answers, feeds)


def test_a_folder_without_feeds_is_refused(tmp_path: Path, answers: Path) -> None:
    with pytest.raises(InputRefused, match="no accounts feed"):
        score(firm.ranking(["star"]), answers, tmp_path / "nowhere")
