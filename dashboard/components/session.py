"""Who is at the screen and which workspace is shown: looked up anew on every run, signed out when idle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from dashboard.components import shortcuts
from dashboard.components.markup import Html, literal, show
from dashboard.visits import COOKIE, TICKETS
from surveil import desk
from surveil.alerts.errors import DeskError, Unacceptable
from surveil.alerts.people import SYSTEM, Role, User
from surveil.config import Workspace, locate
from surveil.desk import Store
from surveil.desk.sign_ins import IDLE
from surveil.errors import SurveilError

WARN = timedelta(minutes=2)
_TOKEN, _TICKET, _LEFT, _ACTIVE = "token", "ticket", "left", "active_at"
_FOR = "acting_for"
DEMO_USERS = {
    user.name: user
    for user in (
        User("demo-officer", Role.OFFICER, "Demo officer"),
        User("demo-second-officer", Role.OFFICER, "Second demo officer"),
    )
}
"""Two, so that four eyes can be tried. They exist only while the workspace has no user of its own."""
OVER = (
    f"You were signed out: after {IDLE // timedelta(minutes=1)} minutes without activity, in another window, "
    "or because your account or its password was changed."
)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Place:
    """The workspace with its open database, and who looks at it."""

    workspace: Workspace
    store: Store
    user: User

    @property
    def now(self) -> datetime:
        """The time at which it is asked for: what a person does happens then, however long the page has stood there."""
        return now()

    @property
    def today(self) -> date:
        """The firm's day, from which due dates are counted."""
        return self.store.calendar.day(self.now)


def settle(workspace: Workspace, store: Store, user: User) -> Place:
    """Fix for this run of the script who looks at what, and on whose behalf."""
    st.session_state["myself"] = user
    principal = st.session_state.get(_FOR)
    if principal is not None:
        try:
            with store.read() as session:
                session.narrow(SYSTEM)
                user = desk.stand_in(session, user, principal, store.calendar.day(now()))
        except DeskError as error:
            act_for(None)
            tell("failed", str(error))
    st.session_state["place"] = Place(workspace, store, user)
    _wake(str(workspace.path), place().today, store)
    return place()


@st.cache_resource(show_spinner=False, max_entries=1)
def _wake(path: str, day: date, _store: Store) -> None:
    """Open again what was accepted or held back until a day that is over; kept, and so done once, for each new day."""
    desk.wake(_store, now())


def act_for(principal: str | None) -> None:
    """Stand in for an absent colleague from now on; None: for nobody any more."""
    st.session_state[_FOR] = principal


def myself() -> User:
    """Whoever signed in, also while he stands in for somebody."""
    user: User = st.session_state["myself"]
    return user


def place() -> Place:
    """Who looks at what in this run; a page is only called once that is known."""
    settled: Place = st.session_state["place"]
    return settled


def opened() -> tuple[Workspace, Store]:
    """The workspace chosen by the environment, opened once for all who sign in here.

    Raises:
        UsageError: there is none, or its database is not ready.
    """
    return _opened(str(locate(None)))


@st.cache_resource(show_spinner=False)
def _opened(path: str) -> tuple[Workspace, Store]:
    workspace = Workspace.open(Path(path))
    return workspace, desk.open_desk(workspace)


def now() -> datetime:
    return datetime.now(UTC)


def has_users(store: Store) -> bool:
    with store.read() as session:
        return bool(desk.list_users(session, SYSTEM))


def has_firm_sign_in(workspace: Workspace) -> bool:
    """Whether the firm's own sign-in is set up: its address in the secrets, the roles of its groups in the settings."""
    try:
        return bool(workspace.settings.openid.roles) and "auth" in st.secrets
    except StreamlitSecretNotFoundError:
        return False


def demo_possible(workspace: Workspace, store: Store) -> bool:
    """Whether signing in without a password is let through: nobody is set up yet, and nobody elsewhere gets here."""
    return not has_users(store) and not has_firm_sign_in(workspace) and on_loopback()


def on_loopback() -> bool:
    """Whether this page is served to this machine only, and not through a proxy."""
    bound = str(st.get_option("server.address") or "")
    headers = st.context.headers
    host = (headers.get("Host") or "127.0.0.1").rsplit(":", 1)[0].strip("[]")
    proxied = any(
        headers.get(name) for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "X-Forwarded-Host")
    )
    return bound in LOOPBACK and host in LOOPBACK and not proxied


def start(store: Store, name: str, how: str) -> None:
    """Begin the stay of somebody whose sign-in has just been accepted; it lasts over a reload of the page."""
    st.session_state.pop(_LEFT, None)
    st.session_state.pop("farewell", None)
    st.session_state["arriving"] = True
    st.session_state[_TOKEN] = desk.begin_session(store, name, now(), how)
    st.session_state[_TICKET] = TICKETS.issue(st.session_state[_TOKEN], now())


def end(store: Store, message: str = "") -> None:
    """Forget who signed in, here and in his other windows, and all that was on his screen."""
    token = _token()
    if token is not None:
        desk.end_session(store, token, now())
    st.session_state.clear()
    st.session_state[_LEFT] = True
    if message:
        st.session_state["farewell"] = message


def hand_over_cookie() -> None:
    """Have the browser fetch the cookie of a new sign-in, or drop the one that has ended."""
    ticket = st.session_state.get(_TICKET, "")
    if TICKETS.waits(ticket, now()):
        show(Html(f'<img src="visit?ticket={ticket}" alt="" width="1" height="1">'))
    elif _LEFT in st.session_state:
        show(Html('<img src="visit?end" alt="" width="1" height="1">'))


def _token() -> str | None:
    """The token of this window's sign-in, else the browser's; none once this window has signed out."""
    if _LEFT in st.session_state:
        return None
    token = st.session_state.get(_TOKEN) or st.context.cookies.get(COOKIE)
    return token if isinstance(token, str) else None


def signed_in(workspace: Workspace, store: Store) -> User | None:
    """The user at the screen as he is known now; None when nobody is, or he was idle for too long."""
    token = _token()
    if token is None:
        return None
    name = desk.resume_session(store, token, now())
    user = None if name is None else _known(workspace, store, name)
    if user is None or not user.active:
        if _TOKEN in st.session_state:
            end(store, OVER)
        return None
    st.session_state[_TOKEN] = token
    st.session_state[_ACTIVE] = now()
    return user


def _known(workspace: Workspace, store: Store, name: str) -> User | None:
    if name in DEMO_USERS:
        return DEMO_USERS[name] if demo_possible(workspace, store) else None
    try:
        with store.read() as session:
            session.narrow(SYSTEM)
            return desk.find_user(session, name)
    except DeskError:
        return None


@st.fragment(run_every=20)
def watch_idle(store: Store) -> None:
    """Warn before the time-out and sign out when it has come. Looking at the clock is no activity."""
    left = st.session_state.get(_ACTIVE, now()) + IDLE - now()
    if left > WARN:
        return
    if left <= timedelta(0) and desk.resume_session(store, _token() or "", now(), touch=False) is None:
        st.rerun(scope="app")
    st.warning("You will be signed out in less than two minutes because nothing was done here.")
    st.button("Stay signed in", key="stay", on_click=_stay, args=(store,))


def _stay(store: Store) -> None:
    if desk.resume_session(store, _token() or "", now()) is not None:
        st.session_state[_ACTIVE] = now()


Kind = Literal["done", "failed"]


def tell(kind: Kind, message: str) -> None:
    """Say something on the next run of the page."""
    st.session_state["told"] = (kind, message)


def undoable(alert_ids: Sequence[str]) -> None:
    """Offer to take back what has just been done to these alerts."""
    st.session_state["undo_ids"] = tuple(alert_ids)


def _undo(here: Place, alert_ids: Sequence[str]) -> None:
    def undo() -> None:
        done = desk.undo(here.store, here.user, alert_ids, here.now)
        if len(done) < len(alert_ids):
            raise Unacceptable(
                f"Taken back on {len(done):,} of {len(alert_ids):,}; something else has happened to the rest."
            )

    attempt(undo, "Taken back.")


def show_told() -> None:
    """Show what an action had to say, once, with the way back where there is one."""
    kind, message = st.session_state.pop("told", (None, ""))
    if kind == "done":
        st.success(literal(message), icon=":material/check_circle:")
    elif kind is not None:
        st.error(literal(message), icon=":material/error:")
    ids = st.session_state.pop("undo_ids", ())
    if ids:
        shortcuts.button("Undo", "undo", "U", on_click=_undo, args=(place(), ids))


def _changed_since_drawn() -> str | None:
    """Why somebody at the screen is not the one for whom the page was drawn; None where he is, or nobody has signed in."""
    if "place" not in st.session_state or "myself" not in st.session_state:
        return None
    drawn = myself()
    user = signed_in(place().workspace, place().store)
    if user is None:
        return "Your session is over, so nothing was changed. Sign in and do it again."
    if user != drawn:
        return "What you may do was changed since this page was drawn, so nothing was changed. Look again and decide anew."
    return None


def attempt(action: Callable[[], object], done: str) -> bool:
    """Carry out what a person asked for, and say how it went in his own words; True when it was done.

    With no words in `done` the caller says himself how it went. An act is begun before the page is drawn anew, so it is
    here that somebody whose session is over, or who may do other things since the page was drawn, is held back.
    """
    if (changed := _changed_since_drawn()) is not None:
        tell("failed", changed)
        return False
    try:
        action()
    except SurveilError as error:
        tell("failed", str(error))
        return False
    if done:
        tell("done", done)
    return True
