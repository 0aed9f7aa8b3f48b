# SPDX-License-Identifier: AGPL-3.0-or-later
"""What takes two people, through the pages: asked, looked at, approved or refused."""

from tests.desk.room import BOTH, FIRST_PASSPHRASE as FIRST, PASSPHRASE
from tests.desk_web.house import House, Officer

NEW = {"name": "dora", "passphrase": FIRST, "again": FIRST}
WAITS = "it waits under Proposals until another administrator approves it"


async def both(house: House) -> tuple[Officer, Officer]:
    """Two administrators."""
    return await house.officer("ada"), await house.officer("eve")


async def test_a_custodian_is_added_by_two(house: House) -> None:
    """The page of who asks says that it waits; that of the other shows what it is and why, inert, with one button."""
    ada, eve = await both(house)
    page = await ada.post("/members/add", NEW | {"role": ["custodian", "reader"], "reason": "nights \u202e<b>"})
    assert WAITS in page.words
    assert "dora:" not in page.words
    page = await ada.get("/proposals")
    assert "You asked for it: another person approves it, until" in page.words
    assert "/proposals/approve" not in page.body
    page = await eve.get("/proposals")
    assert "Add dora as a member: custodian and reader." in page.words
    assert "nights \u27e6U+202E\u27e7<b>" in page.words
    assert "<b>" not in page.body
    page = await eve.post("/proposals/approve", {"proposal": page.field("proposal")})
    assert (page.url, "Approved, and done." in page.words) == ("/proposals?done=approved", True)
    assert "approved and done by eve on" in page.words
    assert "dora: custodian and reader" in (await ada.get("/members")).words


async def test_what_cannot_be_approved_is_said_on_the_page(house: House) -> None:
    """Own, unknown, decided: each by its sentence, and nothing is done."""
    ada, eve = await both(house)
    await ada.post("/members/role", {"name": "bob", "role": ["investigator", "custodian"], "sure": "yes"})
    page = await ada.post("/proposals/approve", {"proposal": "1"})
    assert (page.status, page.title) == (422, "Problem: proposals - Unit desk")
    assert "Another person has to approve it." in page.words
    page = await eve.post("/proposals/approve", {"proposal": "99"})
    assert (page.status, "There is no proposal of that number for you." in page.words) == (422, True)
    assert "bob: investigator" in (await ada.get("/members")).words


async def test_a_refusal_needs_a_reason(house: House) -> None:
    """The reason stands with what was refused."""
    ada, eve = await both(house)
    asked = {"name": "bob", "role": ["investigator", "supervisor"], "sure": "yes"}
    assert WAITS in (await ada.post("/members/role", asked)).words
    page = await eve.post("/proposals/refuse", {"proposal": "1", "reason": ""})
    assert (page.status, "Say why, in a few words." in page.words) == (422, True)
    page = await eve.post("/proposals/refuse", {"proposal": "1", "reason": "not now"})
    assert "refused by eve on" in page.words
    assert ": not now" in page.words
    assert "bob: investigator" in (await ada.get("/members")).words


async def test_a_member_is_recovered_with_words_before_it_is_done(house: House) -> None:
    """The page says what closes, of how many cases; once it is approved bob signs in with the first passphrase alone,
    and his session of before is over."""
    await house.report(1, "It was on Tuesday.")
    (ada, eve), bob = await both(house), await house.officer("bob")
    page = await ada.post("/members/recover", {"name": "bob"})
    assert "Give bob a new first passphrase?" in page.words
    assert "It opens no case" in page.words
    assert "They can open 1 case." in page.words
    fields = {"name": "bob", "sure": "yes", "passphrase": FIRST, "again": "x"}
    page = await ada.post("/members/recover", fields)
    assert (page.status, "not the same" in page.words) == (422, True)
    assert WAITS in (await ada.post("/members/recover", fields | {"again": FIRST})).words
    assert "Give bob a new first passphrase. It opens no case" in (await eve.get("/proposals")).words
    assert (await bob.get("/")).url == "/"
    await eve.post("/proposals/approve", {"proposal": "1"})
    assert (await bob.get("/")).url.startswith("/sign-in")
    assert (await house.person().sign_in("bob", PASSPHRASE)).status == 401
    assert (await house.person().sign_in("bob", FIRST, " ")).url == "/passphrase"


async def test_the_pages_forms_are_refused_to_others(house: House) -> None:
    """bob administers nothing; he sees no proposal of people and decides none."""
    ada, bob = await house.officer("ada"), await house.officer("bob")
    await ada.post("/members/role", {"name": "bob", "role": ["investigator", "custodian"], "sure": "yes"})
    for path in ("/members/role", "/members/recover"):
        assert (await bob.post(path, {"name": "eve", "sure": "yes", "role": "reader"})).status == 403
    assert "Nothing waits" in (await bob.get("/proposals")).words
    assert (await bob.post("/proposals/approve", {"proposal": "1"})).status == 422


async def test_ones_own_roles_end_ones_session(house: House) -> None:
    """Whoever gives up a role of their own signs in again, and is told why; who would change nothing is told so."""
    house.room.add("fay", BOTH)
    ada = await house.officer("ada")
    page = await ada.post("/members/role", {"name": "ada", "role": ["investigator", "administrator"], "sure": "yes"})
    assert (page.status, "holds exactly these roles already" in page.words) == (422, True)
    page = await ada.post("/members/role", {"name": "ada", "role": "investigator", "sure": "yes"})
    assert page.url == "/sign-in?why=roles"
    assert "Your roles are changed. Sign in again." in page.words
