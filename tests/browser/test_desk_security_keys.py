# SPDX-License-Identifier: AGPL-3.0-or-later
"""A security key in place of a one-time code, by Chromium's virtual authenticator: registered, used, removed."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import CDPSession, Page, expect
from sqlalchemy import select, update

from journalist_ui.vault import tables
from tests.browser.desk_house import Officer
from tests.desk.room import PASSPHRASE
from tests.desk_web.house import House, open_house


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A desk that is reached by a name: keys are registered for names alone."""
    async with open_house(tmp_path_factory.mktemp("keys") / "desk") as opened:
        opened.url = opened.url.replace("127.0.0.1", "north.localhost")
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def officer(house: House, chromium_page: Page) -> Officer:
    house.desk.sessions.lock_all()
    with house.room.vault.writing() as connection:
        connection.execute(tables.security_keys.delete())
    return Officer(house, chromium_page)


async def authenticator(page: Page) -> tuple[CDPSession, str]:
    """A key that is always touched at once."""
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    options: dict[str, Any] = {
        "protocol": "ctap2",
        "transport": "usb",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, str(made["authenticatorId"])


async def register(officer: Officer, label: str, passphrase: str = PASSPHRASE) -> None:
    await officer.open("/passphrase")
    await officer.fill({"label": label, "key-passphrase": passphrase})
    await officer.press("Add a security key")


async def sign_in(officer: Officer, name: str = "bob", passphrase: str = PASSPHRASE) -> None:
    await officer.open("/sign-in")
    await officer.fill({"member": name, "passphrase": passphrase})
    await officer.press("Use a security key")


async def test_a_key_is_registered_signs_in_and_is_removed(officer: Officer) -> None:
    """Beside the code, which goes on working; after it is removed it signs in no more."""
    page = officer.page
    await authenticator(page)
    await officer.sign_in("bob")
    await register(officer, "blue key")
    assert "The security key is registered" in await officer.words()
    assert "blue key, added on" in await officer.words()
    await officer.press("Lock now")
    await sign_in(officer)
    await expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    await officer.press("Lock now")
    await officer.sign_in("bob")
    await expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    await officer.open("/passphrase")
    await page.get_by_role("button", name="Remove key").click()
    await expect(page.locator("main")).to_contain_text("signs you in no more")
    await officer.press("Lock now")
    assert officer.complaints == [], "the pages' policy allows all of this"
    await sign_in(officer)
    assert "Name, passphrase or one-time code is wrong." in await officer.words()


async def test_a_key_opens_nothing_without_the_passphrase_or_for_another(officer: Officer) -> None:
    """The one sentence of every wrong sign-in: with another passphrase, and under a name that the key is not of."""
    await authenticator(officer.page)
    await officer.sign_in("bob")
    await register(officer, "blue key")
    await officer.press("Lock now")
    for name, passphrase in (("bob", "not the passphrase"), ("eve", PASSPHRASE), ("nobody", PASSPHRASE)):
        await sign_in(officer, name, passphrase)
        assert "Name, passphrase or one-time code is wrong." in await officer.words()


async def posted_again(url: str, body: str) -> int:
    """By somebody who has seen it; the answer's status."""
    host = url.removeprefix("http://").rstrip("/")
    headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin", "host": host}
    address = url.replace("north.localhost", "127.0.0.1") + "sign-in"
    async with aiohttp.ClientSession() as somebody, somebody.post(address, data=body, headers=headers) as answer:
        return answer.status


async def test_what_a_key_signed_is_good_once(officer: Officer) -> None:
    """The same answer posted again is refused; so is one of a key whose count was seen before, as a copy's is."""
    page, house = officer.page, officer.house
    await authenticator(page)
    await officer.sign_in("bob")
    await register(officer, "blue key")
    await officer.press("Lock now")
    posted: list[str] = []
    page.on("request", lambda asked: posted.append(asked.post_data or "") if asked.method == "POST" else None)
    await sign_in(officer)
    (body,) = posted
    assert "&key=%7B" in body
    assert await posted_again(house.url, body) == 401
    with house.room.vault.writing() as connection:
        rows = tables.security_keys
        assert connection.execute(select(rows.c.counter)).scalar_one() > 0
        connection.execute(update(rows).values(counter=1_000))
    await officer.press("Lock now")
    await sign_in(officer)
    assert "This one-time code was used before" in await officer.words()


async def test_a_wrong_passphrase_registers_none(officer: Officer) -> None:
    """And ends the session: whoever holds one that is not theirs guesses once."""
    await authenticator(officer.page)
    await officer.sign_in("bob")
    await register(officer, "their key", "not the passphrase")
    await expect(officer.page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    with officer.house.room.vault.reading() as connection:
        assert connection.execute(select(tables.security_keys.c.number)).all() == []


async def test_a_browser_without_a_key_for_this_desk_says_what_to_do(officer: Officer) -> None:
    """Nothing is sent; the code still signs in."""
    await authenticator(officer.page)
    await officer.open("/sign-in")
    await officer.fill({"member": "bob", "passphrase": PASSPHRASE})
    await officer.page.get_by_role("button", name="Use a security key").click()
    await expect(officer.page.locator("#key-said")).to_contain_text("Try again, or type a one-time code.")
    await officer.sign_in("bob")
    await expect(officer.page.get_by_role("heading", name="Inbox")).to_be_visible()


async def test_a_desk_that_is_reached_by_a_number_offers_none(officer: Officer) -> None:
    """Browsers register keys for names: the page says so, and no button leads nowhere."""
    by_number = officer.house.url.replace("north.localhost", "127.0.0.1")
    await officer.page.goto(f"{by_number}sign-in")
    await expect(officer.page.get_by_role("button", name="Use a security key")).to_have_count(0)
    await officer.fill({"member": "bob", "passphrase": PASSPHRASE, "code": officer.house.code("bob")})
    await officer.press("Sign in")
    await officer.page.goto(f"{by_number}passphrase")
    assert "You reached this desk by a number" in await officer.words()
