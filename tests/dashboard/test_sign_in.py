"""Who gets in, how, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.components import session
from surveil import desk
from surveil.alerts.people import SYSTEM, Role
from surveil.config import ENVIRONMENT_VARIABLE, Workspace
from surveil.desk.sign_ins import IDLE
from tests.dashboard import firm
from tests.dashboard.acts import go, shown, submit
from tests.dashboard.conftest import SCREEN, Desk, stay


def test_the_right_password_leads_to_what_the_address_asked_for(run_desk: Desk) -> None:
    app = run_desk(None, view="everything", severity="critical")
    assert "R7" not in shown(app)
    app.text_input[0].set_value("anna")
    app.text_input[1].set_value(firm.PASSWORD)
    submit(app, "Sign in")
    assert "Everything: 1 alert" in shown(app)


def test_a_wrong_password_and_an_unknown_name_read_the_same(run_desk: Desk) -> None:
    told = []
    for name in ("anna", "nobody-of-that-name"):
        app = run_desk(None)
        app.text_input[0].set_value(name)
        app.text_input[1].set_value("wrong password, at length")
        submit(app, "Sign in")
        assert "R7" not in shown(app)
        told.append([error.value for error in app.error])
    assert told[0] == told[1] != []


def test_signing_out_leaves_nothing_on_the_screen(run_desk: Desk) -> None:
    app = submit(run_desk(), "Sign out")
    assert "You have signed out." in shown(app)
    assert "R7" not in shown(app)
    assert "place" not in app.session_state


def test_after_a_quarter_of_an_hour_of_nothing_the_screen_is_empty(run_desk: Desk) -> None:
    app = run_desk(signed_in_ago=IDLE + timedelta(seconds=1))
    page = shown(app)
    assert "You were signed out: after 15 minutes without activity" in page
    assert "R7" not in page


def test_the_time_out_is_announced_and_can_be_put_off(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def watch() -> None:
        from dashboard.components import session

        session.watch_idle(session.opened()[1])

    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(workspace.path))
    app = AppTest.from_function(watch, default_timeout=60)
    app.session_state["token"] = stay(workspace.path, "anna")
    app.session_state["active_at"] = datetime.now(UTC) - IDLE + timedelta(minutes=5)
    assert not app.run().warning
    app.session_state["active_at"] = datetime.now(UTC) - IDLE + session.WARN
    assert "signed out in less than two minutes" in app.run().warning[0].value
    app.button(key="stay").click().run()
    assert not app.warning


def test_signing_out_ends_the_other_windows_too(run_desk: Desk) -> None:
    app = run_desk()
    other = AppTest.from_file(str(SCREEN), default_timeout=60)
    other.session_state["token"] = app.session_state["token"]
    assert "R7" in shown(other.run())
    submit(app, "Sign out")
    page = shown(other.run())
    assert "You were signed out" in page
    assert "R7" not in page


def test_a_new_password_ends_every_stay(run_desk: Desk, workspace: Workspace) -> None:
    app = run_desk()
    store = desk.open_desk(workspace)
    desk.set_password(store, SYSTEM, "anna", "another horse, another battery", datetime.now(UTC))
    store.close()
    assert "R7" not in shown(app.run())


def test_whoever_is_closed_out_meanwhile_sees_nothing_more(run_desk: Desk, workspace: Workspace) -> None:
    app = run_desk()
    store = desk.open_desk(workspace)
    desk.change_user(store, SYSTEM, "anna", firm.RECORDED, "left the firm", active=False)
    store.close()
    app.run()
    assert "your account or its password was changed" in shown(app)
    assert "R7" not in shown(app)


def test_a_role_that_changed_counts_at_once(run_desk: Desk, workspace: Workspace) -> None:
    app = run_desk()
    store = desk.open_desk(workspace)
    desk.change_user(
        store, SYSTEM, "anna", firm.RECORDED, "moved to user administration", role=Role.ADMINISTRATOR
    )
    store.close()
    page = shown(app.run())
    assert "Not allowed" in page
    assert "R7" not in page
    assert "Everybody who may sign in" in shown(go(app, "people"))


@pytest.fixture
def without_users(tmp_path: Path) -> Workspace:
    return firm.make(tmp_path / "without-users", users=False)


def test_where_nobody_is_set_up_the_demo_sign_in_is_loud(run_desk: Desk, without_users: Workspace) -> None:
    app = run_desk(None, folder=without_users.path)
    assert "Demo sign-in, without a password" in shown(app)
    submit(app, "Sign in as demo officer")
    assert "R7" in shown(app)


def test_the_demo_ends_with_the_first_user(run_desk: Desk, without_users: Workspace) -> None:
    app = run_desk("demo-officer", folder=without_users.path)
    store = desk.open_desk(without_users)
    desk.create_user(store, SYSTEM, "anna", Role.OFFICER, firm.RECORDED, password=firm.PASSWORD)
    store.close()
    app.run()
    assert "R7" not in shown(app)
    assert not [button for button in app.button if "demo" in button.label]


def test_nobody_gets_in_by_a_demo_name_where_users_are_set_up(run_desk: Desk) -> None:
    assert "R7" not in shown(run_desk("demo-officer"))


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("192.168.1.5", {"Host": "127.0.0.1:8501"}),
        ("", {"Host": "127.0.0.1:8501"}),
        ("127.0.0.1", {"Host": "desk.bank.example"}),
        ("127.0.0.1", {"Host": "localhost:8501", "X-Forwarded-For": "10.0.0.9"}),
        ("127.0.0.1", {"Host": "localhost:8501", "Forwarded": "for=10.0.0.9"}),
    ],
)
def test_the_demo_is_for_this_machine_only(
    monkeypatch: pytest.MonkeyPatch, address: str, headers: dict[str, str]
) -> None:
    class Context:
        pass

    context = Context()
    context.headers = headers  # type: ignore[attr-defined]
    monkeypatch.setattr(st, "context", context)
    monkeypatch.setattr(st, "get_option", lambda _: address)
    assert not session.on_loopback()


def test_this_machine_by_any_of_its_names_is_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    class Context:
        headers: dict[str, str]

    monkeypatch.setattr(st, "get_option", lambda _: "127.0.0.1")
    for host in ("127.0.0.1:8501", "localhost:8501", "[::1]:8501"):
        context = Context()
        context.headers = {"Host": host}
        monkeypatch.setattr(st, "context", context)
        assert session.on_loopback()
