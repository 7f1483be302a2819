"""What tests do and look for on the desk."""

from __future__ import annotations

import html
import re

from streamlit.testing.v1 import AppTest

NOTE = "Paper consents found in the archive for all nine openings."


def shown(app: AppTest) -> str:
    """All text on the page, tags and escapes taken off."""
    parts = [str(element.proto.body) for element in app.get("html")]
    for kind in ("title", "markdown", "caption", "error", "warning", "info", "success", "text"):
        parts += [str(element.value) for element in app.get(kind)]
    text = html.unescape(re.sub(r"<[^>]+>", " ", "\n".join(parts)))
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


def open_alert(app: AppTest, alert_id: str) -> AppTest:
    """From the queue, which must show it, to the alert's page."""
    app.query_params["alert"] = alert_id
    app.run()
    app.button(key="open").click().run()
    assert not app.exception
    assert app.query_params["alert"] in (alert_id, [alert_id])
    return app


def submit(app: AppTest, label: str) -> AppTest:
    """Press the button with that label, of a form or not."""
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def go(app: AppTest, page: str) -> AppTest:
    """To another page, by its name in the address."""
    pages = app.session_state["pages"]
    app._page_hash = pages[page]._script_hash
    app.run()
    assert not app.exception
    return app
