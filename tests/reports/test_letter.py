"""The letter as data, the firm's file, and the state of each item."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from surveil.detectors.registry import detectors
from surveil.engine.models import catalogue
from surveil.errors import UsageError
from surveil.feeds.contract import FEEDS
from surveil.reports.finra.compose import compose
from surveil.reports.finra.firm_file import FirmFile, read_firm_file
from surveil.reports.finra.items import BUILDERS, models
from surveil.reports.finra.letter import find_letter, read_letter, shipped
from surveil.reports.finra.response import Answer, State, problems
from surveil.reports.sources import Sources
from tests.reports.sample import PERIOD, emptied, feeds, sources

LETTER = read_letter()


def answers(given: Sources, firm_file: FirmFile | None = None, folder: Path = Path()) -> dict[str, Answer]:
    response = compose(LETTER, given, firm_file or FirmFile(), folder)
    return {item.number: answer for item, answer in response.answers}


def firm(tmp_path: Path, text: str) -> FirmFile:
    (tmp_path / "finra-cross-selling.yml").write_text(text, encoding="utf-8")
    return read_firm_file(tmp_path, LETTER)


def test_the_letter_has_fifteen_items_and_its_own_period() -> None:
    assert [item.number for item in LETTER.items] == [str(number) for number in range(1, 16)]
    assert (LETTER.period.first.isoformat(), LETTER.period.last.isoformat()) == ("2011-01-01", "2016-09-30")


@pytest.mark.parametrize("name", shipped())
def test_a_letter_that_comes_with_surveil_names_answers_models_and_feeds_that_exist(name: str) -> None:
    letter = find_letter(name)
    assert set(models(letter)) <= set(catalogue())
    for item in letter.items:
        assert item.answer in BUILDERS
        assert set(item.feeds) | set(item.also) <= set(FEEDS)
        assert set(item.detectors) <= set(detectors())
        assert item.verification


def test_a_specification_with_an_unknown_field_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "letter.yml"
    file.write_text(
        "id: x\ntitle: y\nregulator: z\ndated: d\nperiod: {first: 2011-01-01, last: 2016-01-01}\nitem: []\n"
    )
    with pytest.raises(UsageError, match=r"letter.yml: items: Field required; item: Extra"):
        read_letter(file)


@pytest.mark.parametrize("content", ["items: [", "\x00", "- 1", ""])
def test_a_specification_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "letter.yml"
    file.write_text(content)
    with pytest.raises(UsageError, match=r"letter\.yml"):
        read_letter(file)


def test_every_item_has_a_state_and_a_reason_where_it_needs_one() -> None:
    found = answers(sources())
    assert {number for number, answer in found.items() if answer.state is State.ANSWERED} == {"13", "14"}
    for answer in found.values():
        assert answer.state is not State.ANSWERED_PARTIAL or answer.reasons


def test_an_item_nobody_answers_stops_the_response() -> None:
    broken = LETTER.items[4].model_copy(update={"answer": "nobody"})
    letter = LETTER.model_copy(update={"items": (*LETTER.items[:4], broken, *LETTER.items[5:])})
    with pytest.raises(
        UsageError, match=r"Item 5 \(Employees terminated or disciplined\) is neither answered"
    ):
        compose(letter, sources(), FirmFile(), Path())


@pytest.mark.parametrize("state", [State.ANSWERED_PARTIAL, State.OBJECTION, State.PRIVILEGED])
def test_a_state_that_needs_a_reason_is_refused_without(state: State) -> None:
    assert "without a reason" in problems(LETTER.items[0], Answer(state))[0]
    assert not problems(LETTER.items[0], Answer(state, reasons=("Because.",)))


def test_nothing_responsive_without_a_search_is_refused() -> None:
    (said,) = problems(LETTER.items[0], Answer(State.NO_RESPONSIVE_MATERIAL))
    assert "not who searched what and when" in said


@pytest.mark.parametrize(
    ("number", "feed"),
    [("5", "discipline"), ("3", "payouts"), ("8", "sales"), ("13", "complaints"), ("4", "quotas")],
)
def test_a_feed_that_was_not_provided_is_not_known_never_nothing(number: str, feed: str) -> None:
    answer = answers(sources(feed))[number]
    assert answer.state is State.ANSWERED_PARTIAL
    assert answer.reasons[0] == f"Not known: the feed {feed} was not provided."
    assert not answer.exhibits
    assert not answer.statement


def test_an_extract_without_rows_is_affirmatively_nothing_with_its_search() -> None:
    answer = answers(sources(tables=emptied("finra_discipline")))["5"]
    assert answer.state is State.NO_RESPONSIVE_MATERIAL
    assert "has no documents or information responsive to this item" in answer.statement
    assert "discipline.csv (SHA-256 0000000000000000…)" in answer.statement
    assert f"covering {PERIOD}" in answer.statement
    assert "Searched by: R. Roe, Chief Compliance Officer." in answer.statement
    assert "Searched on: 2024-07-01." in answer.statement


def test_an_extract_that_does_not_reach_over_the_period_affirms_nothing() -> None:
    known = feeds()
    short = dataclasses.replace(PERIOD, first=PERIOD.first.replace(month=5))
    known["discipline"] = dataclasses.replace(known["discipline"], covered=(short,))
    answer = answers(sources(tables=emptied("finra_discipline"), feeds=known))["5"]
    assert answer.state is State.ANSWERED_PARTIAL
    assert "covers only 2023-05-01 to 2024-06-30" in answer.reasons[0]


def test_a_narrative_completes_an_item_but_not_what_the_data_lack(tmp_path: Path) -> None:
    text = (
        "items:\n  2: {narrative: Told at the weekly meeting.}\n  '3': {narrative: The plan is attached.}\n"
    )
    found = answers(sources("payouts"), firm(tmp_path, text), tmp_path)
    assert found["2"].state is State.ANSWERED
    assert found["3"].state is State.ANSWERED_PARTIAL
    assert found["3"].reasons == ("Not known: the feed payouts was not provided.",)


@pytest.mark.parametrize("state", ["objection", "privileged", "answered_partial"])
def test_the_firm_may_object_or_withhold_with_a_reason(tmp_path: Path, state: str) -> None:
    text = f"items:\n  '15': {{state: {state}, reason: Advice of counsel., expected_on: 2024-09-01}}\n"
    answer = answers(sources(), firm(tmp_path, text), tmp_path)["15"]
    assert answer.state is not None
    assert answer.state.name == state.upper()
    assert answer.reasons[0] == "Advice of counsel. Expected by 2024-09-01."


@pytest.mark.parametrize("state", ["objection", "privileged"])
def test_of_an_item_that_is_withheld_nothing_but_the_reason_is_produced(tmp_path: Path, state: str) -> None:
    given = firm(tmp_path, f"items: {{'5': {{state: {state}, reason: Advice of counsel.}}}}")
    answer = answers(sources(), given, tmp_path)["5"]
    assert (answer.exhibits, answer.blocks, answer.figures, answer.annex) == ((), (), (), ())
    with pytest.raises(UsageError, match="has a reason only"):
        firm(tmp_path, f"items: {{'5': {{state: {state}, reason: r, narrative: The memo says so.}}}}")


def test_the_firm_may_affirm_that_a_search_found_nothing(tmp_path: Path) -> None:
    text = (
        "items:\n  '15': {state: no_responsive_material, "
        "searched: {by: Internal Audit, what: the register of reviews, date: 2024-06-28}}\n"
    )
    answer = answers(sources(), firm(tmp_path, text), tmp_path)["15"]
    assert answer.state is State.NO_RESPONSIVE_MATERIAL
    assert (
        "Searched by: Internal Audit. Searched: the register of reviews. Searched on: 2024-06-28."
        in answer.statement
    )


def test_the_firm_cannot_say_nothing_where_the_data_hold_something(tmp_path: Path) -> None:
    text = (
        "items:\n  '5': {state: no_responsive_material, searched: {by: HR, what: files, date: 2024-06-28}}\n"
    )
    with pytest.raises(UsageError, match="the data hold 2 responsive records"):
        answers(sources(), firm(tmp_path, text), tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("items: {'99': {narrative: x}}", "the letter has no item 99"),
        ("items: {'2': {state: objection}}", "state objection needs a reason"),
        ("items: {'2': {state: no_responsive_material}}", "needs searched: by, what, date"),
        ("items: {'2': {state: done}}", "state"),
        ("control_prefix: lower case", "control_prefix"),
        ("periods: {}", "periods"),
    ],
)
def test_a_wrong_firm_file_is_refused_with_the_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        firm(tmp_path, text)


def test_attachments_go_with_the_response_under_a_control_number(tmp_path: Path) -> None:
    (tmp_path / "memo of Jane.PDF").write_bytes(b"memo")
    text = "items: {'2': {attachments: [{title: Memo, file: memo of Jane.PDF}]}}"
    answer = answers(sources(), firm(tmp_path, text), tmp_path)["2"]
    assert answer.state is State.ANSWERED
    assert [(a.path, a.content) for a in answer.attachments] == [("attachments/AT-02-01.pdf", b"memo")]


@pytest.mark.parametrize("file", ["../outside.txt", "/etc/hostname", "missing.pdf", "."])
def test_an_attachment_outside_the_folder_is_refused(tmp_path: Path, file: str) -> None:
    inside = tmp_path / "responses"
    inside.mkdir()
    (tmp_path / "outside.txt").write_text("secret")
    given = firm(inside, f"items: {{'2': {{attachments: [{{title: T, file: '{file}'}}]}}}}")
    with pytest.raises(UsageError, match="is not a file in"):
        answers(sources(), given, inside)
