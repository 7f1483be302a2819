"""The firm's own sign-in (OpenID Connect), through the framework's login: it says who somebody is, the desk says what he
may do.

The framework keeps its proof of identity for thirty days. Here it is good once and for a few minutes after it was
issued, so that the desk's own time-outs hold.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st

from dashboard.components import session
from dashboard.visits import TICKETS
from surveil import desk
from surveil.config import Workspace
from surveil.desk import Store

GOOD_FOR = timedelta(minutes=5)


def come_in(workspace: Workspace, store: Store) -> bool:
    """Let in whoever has just come back from the firm's sign-in; False where nobody has.

    Raises:
        SignInRefused: the firm knows him, and he has no business here.
    """
    if not session.has_firm_sign_in(workspace) or not st.user.is_logged_in:
        return False
    claims = st.user.to_dict()
    if not _fresh(claims):
        return False
    user = desk.sign_in_by_claims(store, claims, workspace.settings.openid, session.now())
    session.start(store, user.name, "openid")
    return True


def leave(workspace: Workspace) -> None:
    """Sign out at the firm too, for whoever came from there."""
    if session.has_firm_sign_in(workspace) and st.user.is_logged_in:
        st.logout()


def _fresh(claims: dict[str, Any]) -> bool:
    """Whether the proof was issued just now and nobody came in with it before."""
    try:
        issued = datetime.fromtimestamp(float(claims["iat"]), UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return False
    proof = f"{claims.get('iss')} {claims.get('sub')} {claims['iat']} {claims.get('nonce')}"
    if abs(session.now() - issued) > GOOD_FOR:
        return False
    return TICKETS.first_use(proof, session.now(), 2 * GOOD_FOR)
