"""A stay at the desk survives a reload, ends by itself, and can't be guessed or outlive the account."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import text

from surveil import desk
from surveil.alerts.errors import SignInRefused
from surveil.alerts.people import SYSTEM, Role
from surveil.config import OpenIdSettings
from surveil.desk.sign_ins import IDLE, LONGEST
from surveil.store import Store
from surveil.store.verification import verify
from tests.store.support import NOW, later

PASSWORD = "a long enough password"
IDLE_MINUTES = IDLE.total_seconds() / 60
MAPPING = OpenIdSettings(
    name_claim="email",
    roles={"Compliance": "officer", "Managers": "supervisor"},
    branches_claim="branches",
    rep_claim="employee",
)


@pytest.fixture
def token(store: Store) -> str:
    desk.create_user(store, SYSTEM, "ann", Role.OFFICER, NOW, password=PASSWORD)
    return desk.begin_session(store, "ann", NOW)


def test_the_token_brings_its_owner_back_and_no_other_text_does(store: Store, token: str) -> None:
    assert desk.resume_session(store, token, later(minutes=1)) == "ann"
    for other in (
        "",
        token + "x",
        token[:-1],
        hashlib.sha256(token.encode()).hexdigest(),
        "\ud800",
        "x" * 9999,
    ):
        assert desk.resume_session(store, other, later(minutes=1)) is None
    assert verify(store.engine).ok


def test_neither_database_nor_trail_holds_the_token(store: Store, token: str) -> None:
    with store.connection() as connection:
        rows = [
            str(connection.execute(text(f"SELECT * FROM {name}")).all())
            for name in ("sign_in", "audit_event")
        ]
    assert token not in rows[0] + rows[1]
    assert hashlib.sha256(token.encode()).hexdigest() not in rows[1]


def test_activity_prolongs_the_stay_and_idleness_ends_it(store: Store, token: str) -> None:
    for step in range(1, 5):
        assert desk.resume_session(store, token, later(minutes=step * (IDLE_MINUTES - 1))) == "ann"
    last = 4 * (IDLE_MINUTES - 1)
    assert desk.resume_session(store, token, later(minutes=last + IDLE_MINUTES + 1)) is None


def test_looking_at_the_clock_is_no_activity(store: Store, token: str) -> None:
    assert desk.resume_session(store, token, later(minutes=IDLE_MINUTES - 1), touch=False) == "ann"
    assert desk.resume_session(store, token, later(minutes=IDLE_MINUTES + 1)) is None


def test_even_the_busiest_signs_in_anew_the_next_day(store: Store, token: str) -> None:
    hours = int(LONGEST.total_seconds() // 3600)
    for step in range(hours * 6):
        assert desk.resume_session(store, token, later(minutes=10 * step)) == "ann"
    assert desk.resume_session(store, token, later(hours=hours, minutes=1)) is None


def test_signing_out_ends_this_stay_and_signing_out_everywhere_ends_all(store: Store, token: str) -> None:
    other = desk.begin_session(store, "ann", NOW)
    desk.end_session(store, token, later(minutes=1))
    desk.end_session(store, token, later(minutes=1))
    desk.end_session(store, "unknown", later(minutes=1))
    assert desk.resume_session(store, token, later(minutes=2)) is None
    assert desk.resume_session(store, other, later(minutes=2)) == "ann"
    assert desk.end_all_sessions(store, "ann", later(minutes=3)) == 1
    assert desk.resume_session(store, other, later(minutes=4)) is None
    assert verify(store.engine).ok


def test_a_closed_account_or_a_new_password_ends_every_stay(store: Store, token: str) -> None:
    desk.set_password(store, SYSTEM, "ann", "another long password", later(minutes=1))
    assert desk.resume_session(store, token, later(minutes=2)) is None
    fresh = desk.begin_session(store, "ann", later(minutes=2))
    desk.change_user(store, SYSTEM, "ann", later(minutes=3), "She left the firm.", active=False)
    assert desk.resume_session(store, fresh, later(minutes=4)) is None


def test_a_name_that_is_no_user_stays_only_where_the_demo_let_it_in(store: Store) -> None:
    demo = desk.begin_session(store, "demo-officer", NOW, how="demo")
    forged = desk.begin_session(store, "nobody", NOW)
    assert desk.resume_session(store, demo, later(minutes=1)) == "demo-officer"
    assert desk.resume_session(store, forged, later(minutes=1)) is None


def test_the_firm_s_own_sign_in_makes_a_user_and_his_role_follows_his_groups(store: Store) -> None:
    claims = {
        "email": "Sue@Bank.example",
        "groups": ["All", "Managers"],
        "branches": ["B1", "B2"],
        "name": "Sue",
    }
    sue = desk.sign_in_by_claims(store, claims, MAPPING, NOW)
    assert (sue.name, sue.role, sue.branches) == ("sue@bank.example", Role.SUPERVISOR, {"B1", "B2"})
    moved = desk.sign_in_by_claims(
        store, claims | {"groups": "Compliance", "branches": "B3"}, MAPPING, later(days=1)
    )
    assert (moved.role, moved.branches) == (Role.OFFICER, {"B3"})
    both = desk.sign_in_by_claims(
        store, claims | {"groups": ["Managers", "Compliance"]}, MAPPING, later(days=2)
    )
    assert both.role is Role.OFFICER
    assert verify(store.engine).ok


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"email": "a@b.example"},
        {"email": "a@b.example", "groups": ["Guests"]},
        {"email": "a@b.example", "groups": {"Compliance": True}},
        {"email": "a@b.example", "groups": [["Compliance"]]},
        {"email": "system", "groups": ["Compliance"]},
        {"email": "<b>a</b>", "groups": ["Compliance"]},
        {"email": ["a@b.example"], "groups": ["Compliance"]},
        {"email": "a@b.example", "email_verified": False, "groups": ["Compliance"]},
        {"email": "local@b.example", "groups": ["Compliance"]},
        {"email": "left@b.example", "groups": ["Compliance"]},
    ],
)
def test_claims_that_name_nobody_or_no_role_let_nobody_in(
    sqlite_store: Store, claims: dict[str, object]
) -> None:
    desk.create_user(sqlite_store, SYSTEM, "local@b.example", Role.ADMINISTRATOR, NOW, password=PASSWORD)
    desk.create_user(sqlite_store, SYSTEM, "left@b.example", Role.OFFICER, NOW)
    desk.change_user(sqlite_store, SYSTEM, "left@b.example", NOW, "He left the firm.", active=False)
    with pytest.raises(SignInRefused):
        desk.sign_in_by_claims(sqlite_store, claims, MAPPING, NOW)
    with sqlite_store.read() as session:
        assert len(desk.list_users(session, SYSTEM)) == 2
    assert verify(sqlite_store.engine).ok
