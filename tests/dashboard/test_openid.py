"""The firm's own sign-in, against an issuer on this machine: groups become roles, and a proof is good once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from dashboard.visits import COOKIE
from tests.dashboard import firm
from tests.dashboard.browsing import remembered
from tests.dashboard.conftest import free_port, serving
from tests.dashboard.issuer import CLIENT, SECRET, Issuer, issuing

playwright = pytest.importorskip(
    "playwright.sync_api", reason="the Python package playwright is not installed"
)
pytest.importorskip("authlib", reason="the Python package authlib is not installed")
playwright.expect.set_options(timeout=60_000)

ROLES = """
[openid]
roles = { "Compliance" = "officer", "Internal audit" = "auditor" }
"""


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with issuing() as made:
        yield made


@pytest.fixture(scope="module")
def desk_of_the_firm(tmp_path_factory: pytest.TempPathFactory, issuer: Issuer) -> Iterator[str]:
    """A desk without users of its own, where the firm's sign-in is set up."""
    workspace = firm.make(tmp_path_factory.mktemp("firm") / "workspace", users=False)
    with (workspace.path / "surveil.toml").open("a", encoding="utf-8") as stream:
        stream.write(ROLES)
    port = free_port()
    (workspace.path / "keys" / "sign_in.toml").write_text(
        f'[auth]\nredirect_uri = "http://127.0.0.1:{port}/oauth2callback"\ncookie_secret = "{"0" * 64}"\n'
        f'client_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
        f'server_metadata_url = "{issuer.url}/.well-known/openid-configuration"\n',
        encoding="utf-8",
    )
    with serving(workspace.path, port) as address:
        yield address


def _come_in(page: Any, address: str) -> None:
    page.set_default_timeout(60_000)
    page.goto(address)
    page.get_by_role("button", name="Sign in with the firm's account").click()


def test_groups_become_roles_and_a_proof_lets_nobody_in_twice(
    page: Any, desk_of_the_firm: str, issuer: Issuer
) -> None:
    issuer.claims = {
        "sub": "1",
        "preferred_username": "Ines",
        "name": "Ines Bērziņa",
        "groups": ["Internal audit"],
    }
    _come_in(page, desk_of_the_firm)
    page.get_by_text(re.compile("Ines Bērziņa · Auditor")).wait_for()
    playwright.expect(page.get_by_role("heading", name="Queue")).to_be_visible()

    remembered(page)
    page.reload()
    page.get_by_text(re.compile("Ines Bērziņa · Auditor")).wait_for()

    # The framework remembers her for thirty days; here her stay has ended.
    page.context.clear_cookies(name=COOKIE)
    page.reload()
    playwright.expect(page.get_by_role("button", name="Sign in with the firm's account")).to_be_visible()
    playwright.expect(page.get_by_text("Demo sign-in")).to_have_count(0)


def test_who_has_no_group_of_the_desk_stays_outside(page: Any, desk_of_the_firm: str, issuer: Issuer) -> None:
    issuer.claims = {"sub": "2", "preferred_username": "teller", "groups": ["Branch 7"]}
    _come_in(page, desk_of_the_firm)
    playwright.expect(page.get_by_text("Your groups give you no role at this desk")).to_be_visible()
    assert page.get_by_text("Representative").count() == 0
