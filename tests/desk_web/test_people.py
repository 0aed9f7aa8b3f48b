# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may do what through the pages: signing in, roles, members, passphrases; and how the desk says how it is."""

import asyncio
import re
from hashlib import sha256

import pytest
import segno
from sqlalchemy import func, select

from dropbox.flows.desk.notice import Notice
from dropbox.transport.errors import TransportFailed
from journalist_ui.daemon.notices import say
from journalist_ui.people.sign_in import WRONG
from journalist_ui.vault import tables
from journalist_ui.web.routes import ROUTES
from journalist_ui.web.site import read_browsers
from tests.desk.room import FIRST_PASSPHRASE as FIRST, PASSPHRASE
from tests.desk_web.house import ORIGIN, House, Officer, Page

FRESH = "six other words for signing in"
PLACES = {"case": 1, "canned": 1, "asking": "safety", "file": 1, "page": 1, "part": "picture"}
"""What stands in the places of any address."""


async def test_every_wrong_sign_in_gets_one_sentence(house: House) -> None:
    """An unknown name, a wrong passphrase and a wrong code are one answer; the name stays in its box."""
    pages: list[Page] = []
    for name, passphrase, code in (
        ("nobody", PASSPHRASE, "000000"),
        ("ada", "wrong passphrase", house.code("ada")),
        ("bob", PASSPHRASE, "000000"),
        ("", "", ""),
    ):
        officer = house.person()
        pages.append(page := await officer.sign_in(name, passphrase, code or "x"))
        assert page.status == 401
        assert page.title == "Problem: sign in - Unit desk"
        assert officer.token == ""
        assert f'value="{name}"' in page.body
        assert PASSPHRASE not in page.body
    assert all(WRONG in page.words for page in pages)
    assert len({re.sub(r'value="[^"]*"', "", page.body) for page in pages}) == 1


async def test_wrong_tries_keep_no_right_one_out(house: House) -> None:
    """Whoever made them: the right words come in, are told of them once, and of nothing the next time."""
    officer = house.person()
    for _ in range(12):
        await house.person().sign_in("ada", "wrong passphrase", "000000")
    page = await officer.sign_in("ada")
    assert page.url == "/"
    assert "12 wrong tries for your name since 4 October 2024." in page.words
    assert "wrong tries" not in (await officer.get("/")).words
    bob = await house.officer("bob")
    assert "tried 12 times within two weeks to sign in as ada" in (await bob.get("/")).words
    await officer.post("/lock")
    assert "wrong tries" not in (await officer.sign_in("ada")).words


async def test_a_browser_is_known_again(house: House) -> None:
    """By a cookie for a year that no page can read and no other site gets, which stays through a lock; each member of a
    browser that several use is known there, and a foreign cookie of its name spoils nothing."""
    officer = house.person()
    fields = {"member": "ada", "passphrase": PASSPHRASE, "code": house.code("ada")}
    answer = await officer.send("POST", "/sign-in", data=fields, headers=ORIGIN, allow_redirects=False)
    (cookie,) = [one for one in answer.cookies if one.startswith("browser-")]
    name = f"browser-{house.room.settings.unit_id.hex()[:12]}"
    assert re.fullmatch(rf"{name}=[0-9a-f]{{64}}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000", cookie)
    await officer.post("/lock")
    knows = house.desk.sessions.sign_ins.find_browser
    for member in ("bob", "ada", "eve"):
        await officer.sign_in(member)
    held = tuple(officer.cookie(name).split("."))
    assert len(held) == 3
    for member in ("ada", "bob", "eve"):
        assert await asyncio.to_thread(knows, member, held)
    assert read_browsers([f"x.{held[0]}.", "", f"{'0' * 64}.{held[1]}"]) == (held[0], "0" * 64, held[1])
    with house.room.vault.reading() as connection:
        assert connection.execute(select(func.count()).select_from(tables.known_browsers)).scalar_one() == 3


async def test_a_code_works_once(house: House) -> None:
    """The same code signs in no second browser."""
    code = house.code("ada")
    assert (await house.person().sign_in("ada", code=code)).url == "/"
    page = await house.person().sign_in("ada", code=code)
    assert page.status == 401
    assert "was used before" in page.words


async def test_a_name_in_the_form_is_escaped(house: House) -> None:
    """What was typed comes back as text."""
    page = await house.person().sign_in('"><script>alert(1)</script>\u202e', "x", "1")
    assert "<script>alert" not in page.body
    assert "⟦U+202E⟧" in page.words or "⟦U+202E⟧" in page.body


async def test_an_investigator_administers_nothing(house: House) -> None:
    """bob sees members and no form for them; the addresses refuse him too."""
    bob = await house.officer("bob")
    page = await bob.get("/members")
    assert "Administrators add and remove members." in page.words
    assert "/members/remove" not in page.body
    fields = {"name": "mallory", "role": "investigator", "passphrase": PASSPHRASE, "again": PASSPHRASE, "sure": "yes"}
    for path in ("/members/add", "/members/remove"):
        answer = await bob.post(path, fields | {"name": "ada"})
        assert answer.status == 403
        assert "Only an administrator may do this." in answer.words
    assert "mallory" not in (await bob.get("/members")).words


async def test_an_administrator_alone_reads_nothing(house: House) -> None:
    """eve administers: her inbox says who opens cases, and about how many there are; a case's address refuses her."""
    await house.report(1, "hidden from eve")
    eve = await house.officer("eve")
    words = (await eve.get("/")).words
    assert "Cases are opened by readers, investigators and supervisors only. There are about 0 cases." in words
    for answer in (
        await eve.get("/cases/1"),
        await eve.post("/cases/1/reply", {"text": "x", "act": "preview"}),
        await eve.post("/cases/1/reply", {"text": "x", "act": "send", "once": "1" * 32}),
        await eve.post("/cases/1/reply", {"text": "x", "act": "draft"}),
    ):
        assert answer.status == 403
        assert "hidden from eve" not in answer.body


async def test_a_case_that_is_not_yours_looks_like_none(house: House) -> None:
    """A member to whom nobody has shared a case sees the same page as for a number that was never given."""
    await house.report(2, "not for carol")
    eve = await house.officer("eve")
    carol = await _added(house, "carol", await eve.post("/members/add", _new("carol")))
    there, nowhere = await carol.get("/cases/1"), await carol.get("/cases/77")
    assert there.status == nowhere.status == 404
    assert there.body == nowhere.body
    assert "not for carol" not in there.body
    ada = await house.officer("ada")
    page = await ada.post("/members/share", {"name": "carol", "sure": "yes"})
    assert page.url == "/members?done=shared"
    assert "not for carol" in (await carol.get("/cases/1")).words


def _new(name: str, *roles: str) -> dict[str, object]:
    return {"name": name, "role": list(roles or ("investigator",)), "passphrase": FIRST, "again": FIRST}


async def _added(house: House, name: str, page: Page) -> Officer:
    """The new member, who has made a passphrase and signed in with the secret that the page then showed."""
    assert page.url == "/members?done=added", page.words
    person = house.person()
    assert (await person.sign_in(name, FIRST, " ")).url == "/passphrase"
    page = await person.post("/passphrase", {"old": FIRST, "new": PASSPHRASE, "again": PASSPHRASE})
    await _confirmed(house, person, name, page)
    return await house.officer(name)


async def _confirmed(house: House, person: Officer, name: str, page: Page) -> Page:
    """A code of the secret that the page shows is typed into it."""
    house.room.secrets[name] = _secret_of(page)
    page = await person.post("/passphrase/codes", {"code": house.code(name)})
    assert (page.url, page.title) == ("/passphrase/codes", "Your recovery codes - Unit desk"), page.words
    assert person.token == ""
    return page


def _secret_of(page: Page) -> str:
    """The one-time-code secret that a page shows."""
    assert page.title == "Your one-time codes - Unit desk"
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page.body)
    assert secret, page.words
    return secret[1].replace(" ", "")


async def test_a_first_passphrase_leads_to_one_page(house: House) -> None:
    """Whatever the new member asks for, they are asked for a passphrase of their own; its secret is shown as
    letters and as a square code, to nobody but them; once a code of it was typed, the old words are refused."""
    await house.report(1, "x")
    ada = await house.officer("ada")
    page = await ada.post("/members/add", _new("dora"))
    assert "They sign in with the first passphrase" in page.words
    assert "dora: investigator; has not made a passphrase of their own yet" in page.words
    assert "with dora" not in page.words
    dora = house.person()
    page = await dora.sign_in("dora", FIRST, " ")
    assert page.title == "Make a passphrase of your own - Unit desk"
    assert "<nav" not in page.body
    form = page.field("csrf")
    for route in ROUTES:
        if route.signed_in and not route.first:
            fields = _new("mallory") | {"csrf": form, "act": "draft", "text": "x"} if route.method == "POST" else None
            answer = await dora.send(route.method, route.path.format(**PLACES), data=fields, headers=ORIGIN)
            assert answer.url == "/passphrase", route
    asked = {"csrf": form, "old": FIRST, "new": FRESH, "again": FRESH}
    page = await dora.send("POST", "/passphrase", data=asked | {"new": "short", "again": "short"}, headers=ORIGIN)
    assert (page.status, page.title) == (422, "Problem: make a passphrase of your own - Unit desk")
    page = await dora.send("POST", "/passphrase", data=asked, headers=ORIGIN)
    secret = _secret_of(page)
    drawn = segno.make_qr(f"otpauth://totp/north:dora-{sha256(secret.encode()).hexdigest()[:4]}?secret={secret}")
    assert drawn.svg_inline(border=4, svgclass="qr", lineclass=None, omitsize=True) in page.body
    await _confirmed(house, dora, "dora", page)
    assert dora.token == ""
    assert (await house.person().sign_in("dora", FIRST)).status == 401
    assert (await dora.sign_in("dora", FRESH)).url == "/"
    page = await ada.get("/members")
    assert "mallory" not in page.words
    assert secret not in page.body.replace(" ", "")
    assert "Share 1 case with dora" in page.words


async def test_new_one_time_codes_for_who_asks(house: House) -> None:
    """Ticked with a change of passphrase: a new secret, and codes of the old one are over."""
    bob = await house.officer("bob")
    asked = {"old": PASSPHRASE, "new": FRESH, "again": FRESH, "new_code": "yes"}
    page = await bob.post("/passphrase", asked)
    old, secret = house.room.secrets["bob"], _secret_of(page)
    assert (await house.person().sign_in("bob", FRESH)).status == 401
    await _confirmed(house, bob, "bob", page)
    house.room.secrets["bob"] = old
    assert (await house.person().sign_in("bob", FRESH)).status == 401
    house.room.secrets["bob"] = secret
    assert (await house.person().sign_in("bob", FRESH)).url == "/"


async def test_new_codes_are_in_force_only_when_one_of_them_was_typed(house: House) -> None:
    """The page can be loaded again and shows the same; a wrong code, a lock and leaving change nothing: old passphrase
    and codes sign in, and whoever has no new codes waiting is sent to ask for them."""
    bob = await house.officer("bob")
    assert (await bob.get("/passphrase/codes")).url == "/passphrase"
    asked = {"old": PASSPHRASE, "new": FRESH, "again": FRESH, "new_code": "yes"}
    secret = _secret_of(await bob.post("/passphrase", asked))
    again = await bob.get("/passphrase/codes")
    assert _secret_of(again) == secret
    assert (await bob.get("/")).status == 200
    for code in ("000000", house.code("bob"), "", "x"):
        page = await bob.post("/passphrase/codes", {"code": code})
        assert (page.status, page.title) == (422, "Problem: your one-time codes - Unit desk")
        assert "Nothing was changed" in page.words
    assert (await house.person().sign_in("bob")).url == "/"
    await bob.post("/lock")
    other = await house.officer("bob")
    assert (await other.get("/passphrase/codes")).url == "/passphrase"


async def test_no_new_secret_takes_the_old_ones_name_in_an_app(house: House) -> None:
    """An app that has the old one keeps it beside the new one, until that is confirmed."""
    bob = await house.officer("bob")
    shown = set()
    for fresh in (FRESH, FRESH + " again"):
        page = await bob.post("/passphrase", {"old": PASSPHRASE, "new": fresh, "again": fresh, "new_code": "yes"})
        shown |= set(re.findall(r"The app calls it (north:bob-[0-9a-f]{4}):", page.words))
    assert len(shown) == 2


async def test_a_passphrase_is_typed_again_by_its_letters(house: House) -> None:
    """However each keyboard composes them: for one's own and for a new member's."""
    bob, ada = await house.officer("bob"), await house.officer("ada")
    typed, again = "Gr\u00f6\u00dfe und Ma\u00df", "Gro\u0308\u00dfe und Ma\u00df"
    added = _new("dora", "investigator") | {"passphrase": typed, "again": again}
    assert (await ada.post("/members/add", added)).url == "/members?done=added"
    page = await bob.post("/passphrase", {"old": PASSPHRASE, "new": typed, "again": again})
    assert page.url.startswith("/sign-in?why=passphrase")
    assert (await house.person().sign_in("bob", again)).url == "/"


async def test_members_come_and_go(house: House) -> None:
    """Add; remove after a question; the session of the removed ends at once."""
    ada = await house.officer("ada")
    page = await ada.post("/members/add", _new("dora", "reader", "investigator"))
    assert "dora: investigator and reader" in page.words
    dora = await _added(house, "dora", page)
    asked = await ada.post("/members/remove", {"name": "dora"})
    assert asked.title == "Remove a member - Unit desk"
    assert (await dora.get("/")).url == "/"
    assert (await ada.post("/members/remove", {"name": "dora", "sure": "yes"})).url == "/members?done=removed"
    assert (await dora.get("/")).url.startswith("/sign-in")
    assert "dora" not in (await ada.get("/members")).words


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"role": []}, "A member needs a role"),
        ({"again": "another one entirely"}, "The two passphrases are not the same."),
        ({"passphrase": "short", "again": "short"}, "at least 12 characters"),
        ({"name": "no spaces here"}, "up to 48 letters"),
        ({"name": "ADA"}, "There is a member of that name."),
        ({"role": ["king"]}, "A role is reader, investigator, supervisor, custodian or administrator."),
    ],
)
async def test_a_refused_member_is_said_on_the_form(house: House, change: dict[str, object], said: str) -> None:
    """Each fault by its sentence; what was typed stays but the passphrase; nobody is added."""
    ada = await house.officer("ada")
    page = await ada.post("/members/add", _new("frank") | change)
    assert page.status == 422
    assert page.title == "Problem: members - Unit desk"
    assert said in page.words
    assert FIRST not in page.body
    assert "frank" not in (await ada.get("/members")).words


async def test_the_last_of_a_role_stays(house: House) -> None:
    """Removing who alone holds a role is refused with what to do."""
    ada = await house.officer("ada")
    await ada.post("/members/remove", {"name": "eve", "sure": "yes"})
    page = await ada.post("/members/remove", {"name": "ada", "sure": "yes"})
    assert "This is the last administrator. Add another first, who makes" in page.words
    page = await ada.post("/members/remove", {"name": "nobody", "sure": "yes"})
    assert (page.status, "There is no member of that name." in page.words) == (404, True)


async def test_whoever_removes_themselves_is_out(house: House) -> None:
    """The page after it is the sign-in page, and the name signs in no more."""
    eve = await house.officer("eve")
    assert (await eve.post("/members/remove", {"name": "eve", "sure": "yes"})).url == "/sign-in?why=locked"
    assert (await house.person().sign_in("eve")).status == 401


async def test_a_passphrase_is_changed_and_ends_every_session(house: House) -> None:
    """Both browsers of the member are out; only the new passphrase opens."""
    one, two = await house.officer("bob"), await house.officer("bob")
    page = await one.post("/passphrase", {"old": PASSPHRASE, "new": FRESH, "again": FRESH})
    assert page.url == "/sign-in?why=passphrase"
    assert (await two.get("/")).url.startswith("/sign-in")
    assert (await house.person().sign_in("bob")).status == 401
    assert (await house.person().sign_in("bob", FRESH)).url == "/"


async def test_a_wrong_present_passphrase_locks(house: House) -> None:
    """Whoever sits at somebody's open desk guesses once."""
    bob = await house.officer("bob")
    page = await bob.post("/passphrase", {"old": "wrong passphrase", "new": FRESH, "again": FRESH})
    assert page.url == "/sign-in?why=refused"
    assert (await bob.get("/")).url.startswith("/sign-in")
    assert (await house.person().sign_in("bob")).url == "/"


async def test_a_slip_in_the_new_passphrase_is_no_guess(house: House) -> None:
    """Too short, or typed differently: said on the form, and the session goes on."""
    bob = await house.officer("bob")
    for new, again, said in (("short", "short", "at least 12 characters"), (FRESH, "x", "are not the same")):
        page = await bob.post("/passphrase", {"old": PASSPHRASE, "new": new, "again": again})
        assert (page.status, said in page.words) == (422, True)
    assert (await bob.get("/")).url == "/"


async def test_what_happened_stands_apart_from_what_is_so_every_day(house: House) -> None:
    """Lasting faults in a box of their own; that no backup is made is one small line."""
    bob = await house.officer("bob")
    for path in ("/", "/status"):
        page = await bob.get(path)
        assert "what you should know" not in page.words
        assert f'<p class="daily">{say(Notice("no-backup"))}</p>' in page.body
    notice = Notice("segments-gone", {"first": 3, "last": 5})
    house.desk.engine.standing.collect = [notice]
    for path in ("/", "/status"):
        page = await bob.get(path)
        assert "what you should know" in page.words
        assert f"<li>{say(notice)}</li>" in page.body


async def test_status_says_how_the_desk_is(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Service, batches, texts, backup, epochs; a service that does not answer is named as such."""
    bob = await house.officer("bob")
    page = await bob.get("/status")
    for expected in ("reached at the last attempt", "Next batch", "None is made", "present", "0 waiting", "1 session"):
        assert expected in page.words, expected

    async def fails(**_: object) -> None:
        house.desk.engine.standing.failure = [Notice("unreachable", {"error": "no-route"})]
        raise TransportFailed

    monkeypatch.setattr(house.desk.engine, "sync", fails)
    assert (await bob.post("/collect")).status == 502
    page = await bob.get("/status")
    assert "not reached at the last attempt" in page.words
    assert "The service was not reached (no-route)." in page.words


async def test_letters_as_shortcuts_can_be_turned_off(house: House) -> None:
    """On at first; the choice is this browser's and lasts; the help page offers the other one."""
    bob = await house.officer("bob")
    assert 'data-keys="on"' in (await bob.get("/")).body
    page = await bob.post("/keys", {"keys": "off"})
    assert "Shortcuts of one key are off." in page.words
    assert 'data-keys="off"' in (await bob.get("/")).body
    await bob.post("/keys", {"keys": "on"})
    assert 'data-keys="on"' in (await bob.get("/")).body
