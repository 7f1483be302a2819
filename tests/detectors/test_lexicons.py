"""Complaints in twelve languages: allegations are read, ordinary complaints are not, other languages are left alone."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from surveil.detectors.controls.complaint_signal import ComplaintSignal, Parameters, phrases_of
from surveil.detectors.controls.lexicons import allegation, language_of, lexicons

ALLEGED = [
    ("en", "I have never asked for this credit card and I want it closed."),
    ("en", "An account was opened without my knowledge in March."),
    ("en", "My signature on the form was forged."),
    ("en", "The bank charged me for a card that I didn’t apply for."),
    ("en", "The manager tells us to open accounts nobody wants to meet the goal."),
    ("es", "Abrieron una cuenta a mi nombre y yo nunca la solicité."),
    ("es", "El banco me cobra por una tarjeta sin mi consentimiento."),
    ("lv", "Man ir atvērts konts bez manas piekrišanas."),
    ("lv", "Es neesmu pieteikusi šo karti un par to man ir jāmaksā."),
    ("nl", "Er is een rekening op mijn naam geopend zonder mijn toestemming."),
    ("nl", "Ik heb deze kaart nooit aangevraagd."),
    ("hu", "A nevemben számlát nyitottak, és én ezt nem kértem."),
    ("hu", "Az engedélyem nélkül nyitottak egy számlát, ami nem kell."),
    ("ru", "На моё имя открыли карту без моего согласия."),
    ("ru", "Я не подписывала это заявление и не открывала счёт."),
    ("zh", "银行未经我同意就开了一个账户。"),
    ("zh", "我從未申請這張信用卡。"),
    ("de", "Auf meinen Namen wurde ein Konto eröffnet, von dem ich nichts wusste."),
    ("de", "Ich habe diese Kreditkarte nie bestellt."),
    ("fr", "On m’a ouvert un livret sans mon accord."),
    ("fr", "La signature sur le contrat n'est pas la mienne."),
    ("it", "Mi hanno attivato una polizza che non ho mai richiesto."),
    ("it", "Quella non è la mia firma."),
    ("pt", "Abriram uma conta em meu nome e eu não autorizei."),
    ("pt", "Nunca pedi este cartao."),
    ("pl", "Założono mi konto bez mojej wiedzy."),
    ("pl", "Nie zamawialam tej karty."),
]
ORDINARY = [
    ("en", "I was waiting for an hour and the teller was not polite."),
    ("en", "The fee on my statement is not what I was told on the phone."),
    ("en", "My card was not accepted at the shop and I had to pay in cash."),
    ("en", "My transfer arrived two days late."),
    ("es", "La transferencia llegó con dos días de retraso y nadie me ayuda."),
    ("lv", "Man bija jāgaida rindā un nebija neviena, kas palīdz."),
    ("nl", "De app werkt niet en ik moest lang wachten op de telefoon."),
    ("hu", "A számlám díja túl magas, és ezt nem értem."),
    ("ru", "В отделении была очередь, и мне не помогли."),
    ("zh", "排队时间太长，手续费也太高。"),
    ("de", "Mein Konto wurde ohne Rücksprache geschlossen."),
    ("fr", "Vous avez fermé mon compte sans me prévenir."),
    ("it", "Avete chiuso il mio conto senza avvisarmi."),
    ("pt", "O gerente foi mal-educado e a fila era muito grande."),
    ("pl", "Opłata za przelew jest za wysoka."),
]

#: The languages of which there were lists when the first two samples were written.
OLDEST = {"en", "es", "lv", "nl", "hu", "ru", "zh"}


@pytest.mark.parametrize(("code", "text"), ALLEGED)
def test_an_allegation_is_read(code: str, text: str) -> None:
    assert language_of(text) == code
    assert allegation(text, code) is not None


@pytest.mark.parametrize(("code", "text"), ORDINARY)
def test_an_ordinary_complaint_is_not_an_allegation(code: str, text: str) -> None:
    assert language_of(text) == code
    assert allegation(text, code) is None


@pytest.mark.parametrize(
    "text",
    [
        "Havale ücreti çok yüksek ve şubede sıra vardı.",
        "Tôi không hề yêu cầu mở tài khoản này.",
        "शाखा में बहुत देर तक प्रतीक्षा करनी पड़ी।",
        "لم أطلب هذه البطاقة",
        "12345 !!!",
        "",
    ],
)
def test_a_language_without_a_lexicon_is_not_guessed(text: str) -> None:
    assert language_of(text) is None


def test_case_and_spelling_of_letters_do_not_matter() -> None:
    assert allegation("AN ACCOUNT WAS OPENED WITHOUT MY CONSENT", "en")
    assert allegation("Ｗｉｔｈｏｕｔ  ｍｙ\nconsent", "en")
    assert allegation("I did not authorize\u00a0it", "en")


@given(st.text(max_size=300))
def test_any_text_is_read_without_harm(text: str) -> None:
    assert language_of(text) in {None, *lexicons()}
    assert all(
        allegation(text, code) is None or isinstance(allegation(text, code), str) for code in lexicons()
    )


def test_a_long_text_is_read_in_reasonable_steps() -> None:
    assert allegation("opened in my " * 20_000, "en") is None
    assert allegation("told " * 50_000 + "x", "en") is None


def test_an_allegation_open_for_long_or_from_inside_weighs_more() -> None:
    rows = pd.DataFrame(
        {
            "complaint_id": ["new", "due", "late", "inside"],
            "customer_id": "c1",
            "account_id": "a1",
            "received_day": 17_000,
            "rep_id": "r1",
            "narrative": "It was opened without my consent.",
            "category": pd.NA,
            "source": ["customer", "customer", "customer", "whistleblower"],
            "open_days": pd.array([10, 60, 61, pd.NA], dtype="Int64"),
            "branch_kind": "standard",
            "branch_id": "b1",
            "month": 24_000,
        }
    )
    served = pd.DataFrame(
        {"rep_id": ["r1"], "branch_kind": ["standard"], "branch_id": ["b1"], "month": [24_000], "n": [50]}
    )
    decided = ComplaintSignal().decide({"complaint_texts": rows, "served_cells": served}, Parameters())
    score = decided.items.set_index("key")["score"]
    assert score["new"] == score["due"] < score["inside"] < score["late"]
    told = [detail["unanswered"] for detail in decided.items["detail"]]
    assert told == [0, 0, 1, 0]


def measured(sample: str) -> dict[str, tuple[int, int, int, int]]:
    """Language -> allegations found, of how many, ordinary complaints taken for one, of how many."""
    texts = yaml.safe_load(Path(__file__).with_name(f"complaints_{sample}.yml").read_text(encoding="utf-8"))

    def found(some: list[str], phrases: list[str | None]) -> tuple[int, int]:
        return sum(bool(phrase) for phrase in phrases), len(some)

    counts = {}
    for code, of in texts.items():
        alleged, ordinary = of["alleged"], of["ordinary"]
        # All the complaints of one firm, as the detector gets them.
        narratives = pd.Series([*alleged, *ordinary])
        read = phrases_of(narratives, pd.Series([None] * len(narratives)))
        counts[code] = found(alleged, read[: len(alleged)]) + found(ordinary, read[len(alleged) :])
    return counts


@pytest.mark.parametrize(
    ("sample", "least"), [("first", 68), ("second", 24), ("third", 117), ("fourth", 142)]
)
def test_what_is_found_is_what_the_page_says_and_ordinary_complaints_are_left_alone(
    sample: str, least: int
) -> None:
    counts = measured(sample)
    assert set(counts) == (OLDEST if sample in ("first", "second") else set(lexicons()))
    assert sum(found for found, *_ in counts.values()) >= least
    assert sum(false for *_, false, _ in counts.values()) == 0


if __name__ == "__main__":
    for name in ("first", "second", "third", "fourth"):
        for language, (hits, alleged, wrong, ordinary) in measured(name).items():
            print(
                f"{name:7} {language}  {hits:2} of {alleged} allegations, {wrong} of {ordinary} ordinary complaints"
            )
