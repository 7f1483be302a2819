"""The server of the review desk: Streamlit runs `screen.py` for each reader, behind headers that forbid loading
anything from elsewhere. `surveil dashboard` runs this file.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.routing import Route

from dashboard.visits import answer

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A second wall behind the escaping of text: even markup that got through could fetch no picture and send nothing out.
# Streamlit itself needs inline scripts and styles, its charts need eval, its components scripts made on the spot (blob).
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; connect-src 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}


class SafeHeaders:
    """Adds the headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    if name != "Cache-Control" or "static" not in scope["path"]:
                        headers[name] = value
            await send(message)

        await self.app(scope, receive, send_safely if scope["type"] == "http" else send)


async def visit(request: Request) -> Response:
    """Hands out and ends the cookie of a sign-in."""
    return answer(request, datetime.now(UTC))


app = st.App(
    Path(__file__).with_name("screen.py"),
    routes=[Route("/visit", visit)],
    middleware=[Middleware(SafeHeaders)],
)
