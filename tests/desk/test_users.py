"""People sign in with a password that is never kept, and guessing is slow and ends in a lock."""

from __future__ import annotations

import pytest

from surveil import desk
from surveil.alerts.errors import NotAllowed, NotFound, SignInRefused, Unacceptable
from surveil.alerts.people import SYSTEM, Role, User
from surveil.desk.users import FAILURES_BEFORE_LOCK
from surveil.store import Store
from surveil.store.verification import verify
from tests.desk.people import ADMINISTRATOR, ANN, AUDITOR
from tests.store.support import NOW, later

PASSWORD = "a long enough password ž"


def test_the_right_password_lets_in_and_everything_else_does_not(sqlite_store: Store) -> None:
    made = desk.create_user(
        sqlite_store, SYSTEM, "ann", Role.OFFICER, NOW, password=PASSWORD, display_name="Ann B."
    )
    desk.create_user(sqlite_store, SYSTEM, "sso", Role.OFFICER, NOW)
    assert desk.sign_in(sqlite_store, "ann", PASSWORD, NOW) == made
    words = set()
    for name, password in [
        ("ann", "wrong"),
        ("nobody", PASSWORD),
        ("sso", ""),
        ("ann", "x" * 5000),
        ("", ""),
    ]:
        with pytest.raises(SignInRefused) as refused:
            desk.sign_in(sqlite_store, name, password, NOW)
        words.add(str(refused.value))
    assert len(words) == 1, "the answer tells nothing about which of the two was wrong"
    assert verify(sqlite_store.engine).ok


def test_after_five_failures_even_the_right_password_waits(sqlite_store: Store) -> None:
    desk.create_user(sqlite_store, SYSTEM, "ann", Role.OFFICER, NOW, password=PASSWORD)
    for _ in range(FAILURES_BEFORE_LOCK):
        with pytest.raises(SignInRefused):
            desk.sign_in(sqlite_store, "ann", "guess", NOW)
    with pytest.raises(SignInRefused):
        desk.sign_in(sqlite_store, "ann", PASSWORD, later(minutes=14))
    assert desk.sign_in(sqlite_store, "ann", PASSWORD, later(minutes=16)).name == "ann"


def test_an_administrator_unlocks_by_setting_a_new_password(sqlite_store: Store) -> None:
    desk.create_user(sqlite_store, SYSTEM, "ann", Role.OFFICER, NOW, password=PASSWORD)
    for _ in range(FAILURES_BEFORE_LOCK):
        with pytest.raises(SignInRefused):
            desk.sign_in(sqlite_store, "ann", "guess", NOW)
    desk.set_password(sqlite_store, ADMINISTRATOR, "ann", "another long password", NOW)
    assert desk.sign_in(sqlite_store, "ann", "another long password", NOW).name == "ann"


def test_who_left_cannot_come_in(sqlite_store: Store) -> None:
    desk.create_user(sqlite_store, SYSTEM, "ann", Role.OFFICER, NOW, password=PASSWORD)
    gone = desk.change_user(sqlite_store, ADMINISTRATOR, "ann", NOW, "Left the firm.", active=False)
    assert not gone.active
    with pytest.raises(SignInRefused):
        desk.sign_in(sqlite_store, "ann", PASSWORD, NOW)


def test_only_administrators_keep_users(store: Store) -> None:
    desk.create_user(store, SYSTEM, "bob", Role.OFFICER, NOW)
    for user in (ANN, AUDITOR):
        with pytest.raises(NotAllowed):
            desk.create_user(store, user, "eve", Role.ADMINISTRATOR, NOW)
        with pytest.raises(NotAllowed):
            desk.set_scope(store, user, "bob", NOW, branches=["B1"])
        with pytest.raises(NotAllowed):
            desk.change_user(store, user, "bob", NOW, "why not", role=Role.ADMINISTRATOR)
        with pytest.raises(NotAllowed):
            desk.set_password(store, user, "bob", PASSWORD, NOW)
        with store.read() as session, pytest.raises(NotAllowed):
            desk.list_users(session, user)
    with store.read() as session:
        assert [user.name for user in desk.list_users(session, ADMINISTRATOR)] == ["bob"]


def test_everybody_may_change_his_own_password(sqlite_store: Store) -> None:
    ann = desk.create_user(sqlite_store, SYSTEM, "ann", Role.OFFICER, NOW)
    desk.set_password(sqlite_store, ann, "ann", PASSWORD, NOW)
    assert desk.sign_in(sqlite_store, "ann", PASSWORD, NOW) == ann


@pytest.mark.parametrize("name", ["", "system", "Ann", "a b", "../x", "ann\n", "x" * 200, "имя"])
def test_names_that_would_confuse_are_refused(store: Store, name: str) -> None:
    with pytest.raises(Unacceptable, match="name"):
        desk.create_user(store, SYSTEM, name, Role.OFFICER, NOW)


def test_a_short_password_a_taken_name_and_the_program_s_role_are_refused(store: Store) -> None:
    desk.create_user(store, SYSTEM, "ann", Role.OFFICER, NOW)
    with pytest.raises(Unacceptable, match="already"):
        desk.create_user(store, SYSTEM, "ann", Role.OFFICER, NOW)
    with pytest.raises(Unacceptable, match="12 to 1024"):
        desk.create_user(store, SYSTEM, "bob", Role.OFFICER, NOW, password="short")
    with pytest.raises(Unacceptable):
        desk.create_user(store, SYSTEM, "bob", Role.SYSTEM, NOW)
    with pytest.raises(Unacceptable):
        desk.change_user(store, SYSTEM, "ann", NOW, "why not", role=Role.SYSTEM)


def test_scope_role_and_report_line_are_kept_and_read_back(store: Store) -> None:
    desk.create_user(store, SYSTEM, "sue", Role.SUPERVISOR, NOW, rep_id="R7")
    given = desk.set_scope(store, SYSTEM, "sue", NOW, branches=["B1", "B2"], reps=["R1"], reports_to=["R9"])
    assert given == User(
        "sue",
        Role.SUPERVISOR,
        "sue",
        "R7",
        frozenset({"R9"}),
        frozenset({"B1", "B2"}),
        frozenset({"R1"}),
    )
    with store.read() as session:
        session.narrow(SYSTEM)
        assert desk.find_user(session, "sue") == given
        with pytest.raises(NotFound):
            desk.find_user(session, "zed")
    fewer = desk.set_scope(store, SYSTEM, "sue", later(hours=1), branches=["B2"])
    assert (fewer.branches, fewer.reps, fewer.reports_to) == (frozenset({"B2"}), frozenset(), frozenset())
    assert verify(store.engine).ok
