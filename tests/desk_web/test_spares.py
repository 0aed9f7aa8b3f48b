# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recovery codes through the pages."""

import re

from tests.desk.room import PASSPHRASE
from tests.desk_web.house import House, Page

_CODE = re.compile(r"<code>([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})</code>")


def codes_of(page: Page) -> list[str]:
    """The ten that a page shows."""
    assert page.title == "Your recovery codes - Unit desk"
    found = _CODE.findall(page.body)
    assert len(found) == 10
    return found


async def test_codes_are_made_shown_once_and_sign_in(house: House) -> None:
    """The page says how many are left before and after; a code signs in once, and the next page says so."""
    bob = await house.officer("bob")
    assert "You have no recovery codes left." in (await bob.get("/passphrase")).words
    first, *others = codes_of(await bob.post("/passphrase/recovery-codes", {"passphrase": PASSPHRASE}))
    page = await bob.get("/passphrase")
    assert "You have 10 recovery codes left." in page.words
    assert first not in page.body
    other = house.person()
    page = await other.sign_in("bob", code=first)
    assert page.url == "/"
    assert "You signed in with a recovery code, which is used up. You have 9 recovery codes left." in page.words
    assert "recovery code" not in (await other.get("/")).words
    assert (await house.person().sign_in("bob", code=first)).status == 401
    assert (await house.person().sign_in("bob", code=others[0].lower())).url == "/"


async def test_a_wrong_passphrase_makes_none(house: House) -> None:
    """The session that guessed is over."""
    bob = await house.officer("bob")
    page = await bob.post("/passphrase/recovery-codes", {"passphrase": "not the passphrase"})
    assert page.url == "/sign-in?why=refused"
    assert "You have no recovery codes left." in (await (await house.officer("bob")).get("/passphrase")).words


async def test_a_new_members_codes_stand_on_a_page_of_no_session(house: House) -> None:
    """After the first one-time code was typed: ten, and no way back to them; they sign in."""
    bob = await house.officer("bob")
    new = "six other words for signing in"
    asked = {"old": PASSPHRASE, "new": new, "again": new, "new_code": "yes"}
    page = await bob.post("/passphrase", asked)
    house.room.secrets["bob"] = page.body.partition('<p class="secret"><code>')[2].partition("<")[0].replace(" ", "")
    page = await bob.post("/passphrase/codes", {"code": house.code("bob")})
    (code, *_) = codes_of(page)
    assert "<nav" not in page.body
    assert bob.token == ""
    assert (await bob.get("/passphrase/codes")).url.startswith("/sign-in")
    assert (await house.person().sign_in("bob", new, code)).url == "/"
