# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an officer has begun to write survives the desk's program, another page of theirs, and a sign-in by which the
desk first learns again whose it was."""

import re

import pytest
from sqlalchemy import select

from journalist_ui.casework.drafts import MOST_TEXTS, Draft, find_draft
from journalist_ui.shapes.drafts import LONGEST_DRAFT
from journalist_ui.vault import tables
from journalist_ui.web.carried import MOST, Bringer, Carried, CarriedText
from tests.desk_web.house import IDLE, ORIGIN, House, Officer, Page

TEXT = "Which day was it?"
OTHER = "Was anybody with you?"


def hidden(page: Page) -> dict[str, str]:
    """What the reply's form of a page carries by itself."""
    return {name: page.field(name) for name in ("csrf", "seen", "base", "writer")}


async def write(officer: Officer, act: str, text: str, fields: dict[str, str]) -> Page:
    return await officer.send("POST", "/cases/1/reply", data=fields | {"text": text, "act": act}, headers=ORIGIN)


async def keep(officer: Officer, text: str, fields: dict[str, str]) -> Page:
    """As the page's script does by itself."""
    data = fields | {"text": text, "act": "keep"}
    return await officer.send("POST", "/cases/1/reply", data=data, headers=ORIGIN, allow_redirects=False)


def box(text: str) -> str:
    return f">\n{text}</textarea>"


def lying(house: House) -> Draft | None:
    """ada's draft in the first case, as it lies in the vault."""
    with house.room.vault.reading() as connection:
        return find_draft(connection, "ada", 1)


async def test_a_draft_outlives_the_desks_program(house: House) -> None:
    """Kept, the program ends and begins again: the words are in the box of their writer, and of nobody else."""
    await house.report(1, "x")
    await write(ada := await house.officer(), "draft", TEXT, hidden(await ada.get("/cases/1")))
    await house.restart()
    assert box(TEXT) in (await (await house.officer()).get("/cases/1")).body
    assert TEXT not in (await (await house.officer("bob")).get("/cases/1")).body


async def test_a_draft_lies_sealed_and_its_place_is_emptied(house: House) -> None:
    """No file holds a word of it, nor, once it is dropped or sent, the sealed words: the log is empty."""
    await house.report(1, "x")
    ada = await house.officer()
    for ends in ("drop", "send"):
        page = await write(ada, "preview", TEXT, hidden(await ada.get("/cases/1")))
        draft = lying(house)
        assert draft is not None
        assert all(TEXT.encode() not in content for content in house.room.files().values())
        assert (house.room.folder / "vault.db-wal").stat().st_size > 0
        fields = {"csrf": page.field("csrf"), "once": page.field("once"), "base": draft.version}
        act = {"act": "draft" if ends == "drop" else "send", "text": ""}
        await ada.send("POST", "/cases/1/reply", data=fields | act, headers=ORIGIN, allow_redirects=False)
        assert lying(house) is None
        with house.room.vault.reading() as connection:
            assert connection.execute(select(tables.drafts)).all() == []
        assert (house.room.folder / "vault.db-wal").stat().st_size == 0


async def test_a_text_is_sent_once_also_across_a_restart(house: House) -> None:
    """The answer to Send was lost and the desk started again: the same asked again says that it was sent before."""
    await house.report(1, "x")
    ada = await house.officer()
    once = (await write(ada, "preview", TEXT, hidden(await ada.get("/cases/1")))).field("once")
    assert (await ada.post("/cases/1/reply", {"act": "send", "once": once})).url == "/cases/1?done=sent"
    await house.restart()
    await ada.sign_in("ada")
    page = await ada.post("/cases/1/reply", {"act": "send", "once": once})
    assert page.url == "/cases/1?done=again"
    assert page.body.count(TEXT) == 1


async def test_the_page_learns_the_version_that_it_kept(house: House) -> None:
    """Kept by itself twice from one page: the second replaces the first, and neither is called another page's."""
    await house.report(1, "x")
    ada = await house.officer()
    fields = hidden(await ada.get("/cases/1"))
    for text in (TEXT, OTHER):
        page = await keep(ada, text, fields)
        assert (page.status, page.body) == (200, "")
        fields["base"] = page.headers["draft-version"]
    assert box(OTHER) in (await ada.get("/cases/1")).body


@pytest.mark.parametrize("act", ["draft", "preview", "lock"])
async def test_a_page_never_replaces_a_draft_that_it_did_not_know(house: House, act: str) -> None:
    """Two tabs of one case, both written in: by a button, a lock, or by itself, the second replaces nothing. Both texts
    stand in the case, and the writer chooses one, or both."""
    await house.report(1, "x")
    ada = await house.officer()
    first, second = hidden(await ada.get("/cases/1")), hidden(await ada.get("/cases/1"))
    await write(ada, "draft", TEXT, first)
    assert (await keep(ada, OTHER, second)).status == 409
    assert box(TEXT) in (await ada.get("/cases/1")).body
    page = await write(ada, act, OTHER, second)
    if act == "lock":
        page = await ada.sign_in("ada")
    assert page.url.startswith("/cases/1")
    assert TEXT in page.words
    assert OTHER in page.words
    assert '<textarea id="text"' not in page.body
    assert (await ada.get("/cases/1/preview")).status == 422
    base = page.field("base")
    choices = re.findall(r'name="choice" value="(\d)"', page.body)
    assert choices == ["0", "1", "2"]
    wanted = {"draft": ("0", TEXT), "preview": ("1", OTHER), "lock": ("2", f"{TEXT}\n\n{OTHER}")}[act]
    page = await ada.post("/cases/1/reply", {"act": "choose", "base": base, "choice": wanted[0]})
    assert box(wanted[1]) in page.body
    page = await ada.post("/cases/1/reply", {"act": "choose", "base": base, "choice": "0"})
    assert (page.status, "changed meanwhile" in page.words) == (422, True)
    assert box(wanted[1]) in page.body


async def test_the_box_takes_what_a_draft_keeps(house: House) -> None:
    """One bound: as many letters as the box takes are kept and carried, line ends as a browser posts them, and one more
    is not. Two drafts that are longer together stay two, and the page says what to do."""
    await house.report(1, "x")
    ada = await house.officer()
    first, second = await ada.get("/cases/1"), await ada.get("/cases/1")
    longest = int(re.findall(r'maxlength="(\d+)"', first.body)[0])
    full = "é\n" * (longest // 2)
    page = await write(ada, "draft", full.replace("\n", "\r\n"), hidden(first))
    assert box(full) in page.body
    assert Carried().take_in(_carried(full), STRANGER)
    assert "too long to keep" in (await write(ada, "draft", f"{full}x", hidden(page))).words
    page = await write(ada, "draft", OTHER, hidden(second))
    choose = {"act": "choose", "base": page.field("base"), "choice": "2"}
    page = await ada.post("/cases/1/reply", choose)
    assert "longer than the box takes" in page.words
    page = await ada.post("/cases/1/reply", choose | {"choice": "0"})
    assert box(full) in page.body


async def test_an_empty_box_drops_no_draft_of_another_tab(house: House) -> None:
    """Keep as a draft pressed over an empty box whose page was drawn before the draft."""
    await house.report(1, "x")
    ada = await house.officer()
    old = hidden(await ada.get("/cases/1"))
    await write(ada, "draft", TEXT, old)
    page = await write(ada, "draft", "", old)
    assert "Nothing was dropped" in page.words
    assert box(TEXT) in page.body


async def test_the_same_words_in_two_tabs_are_one_draft(house: House) -> None:
    """Also when one of them comes from a session that is over, which can compare nothing."""
    await house.report(1, "x")
    ada = await house.officer()
    old = hidden(await ada.get("/cases/1"))
    await write(ada, "draft", TEXT, old)
    assert box(TEXT) in (await write(ada, "draft", TEXT, old)).body
    house.steady[0] += IDLE + 1
    await write(ada, "draft", TEXT, old)
    assert box(TEXT) in (await ada.sign_in("ada")).body


async def test_there_are_only_so_many_drafts(house: House) -> None:
    """One more than can be chosen from stays in its page, in a box that guards it."""
    await house.report(1, "x")
    ada = await house.officer()
    old = hidden(await ada.get("/cases/1"))
    for number in range(MOST_TEXTS):
        await write(ada, "draft", f"text {number}", old)
    page = await write(ada, "draft", "one too many", old)
    assert (page.status, "data-unkept" in page.body) == (400, True)
    assert box("one too many") in page.body
    page = await ada.get("/cases/1")
    assert all(f"text {number}" in page.words for number in range(MOST_TEXTS))


async def test_a_draft_that_was_cut_short_stops_no_page(house: House) -> None:
    """A row that somebody with the desk key has damaged holds no text; the case opens, and a new text is kept."""
    await house.report(1, "x")
    ada = await house.officer()
    await write(ada, "draft", TEXT, hidden(await ada.get("/cases/1")))
    for sealed in (b"\x00", b"\x00\x00\x00\x05abcde", b"\xff" * 40):
        with house.room.vault.writing() as connection:
            connection.execute(tables.drafts.update().values(sealed=sealed))
        page = await ada.get("/cases/1")
        assert (page.status, box("") in page.body) == (200, True)
    assert box(OTHER) in (await write(ada, "draft", OTHER, hidden(page))).body


# --- a sign-in by which the desk learns again whose page it was ---


@pytest.mark.parametrize("act", ["preview", "draft", "lock"])
async def test_words_survive_a_restart_and_the_sign_in_after_it(house: House, act: str) -> None:
    """Written, the desk started again, a button pressed: the sign-in page says that the text waits, holds no word of
    it, and the same member finds it in the case as their draft. Nothing of it is left for another time."""
    await house.report(1, "x")
    ada = await house.officer()
    fields = hidden(await ada.get("/cases/1"))
    await house.restart()
    page = await write(ada, act, TEXT, fields)
    assert page.url == "/sign-in?why=carried"
    assert "waits" in page.words
    assert TEXT not in page.body
    wrong = await ada.sign_in("ada", "not the passphrase")
    assert (wrong.status, TEXT in wrong.body) == (401, False)
    page = await ada.sign_in("ada")
    assert page.url.startswith("/cases/1?done=carried")
    assert box(TEXT) in page.body
    await write(ada, "draft", "", hidden(page))
    await ada.post("/lock")
    assert (await ada.sign_in("ada")).url == "/"


async def test_another_member_gets_nothing_of_it(house: House) -> None:
    """bob signs in where ada's text waits: he is told, sees no word, and ada still finds it."""
    await house.report(1, "x")
    tab = await house.officer()
    fields = hidden(await tab.get("/cases/1"))
    await house.restart()
    await write(tab, "preview", TEXT, fields)
    page = await tab.sign_in("bob")
    assert "not shown to you" in page.words
    for path in ("/", "/cases/1", "/cases/1/preview"):
        assert TEXT not in (await tab.get(path)).body
    assert TEXT not in (await (await house.officer("ada")).get("/cases/1")).body
    assert box(TEXT) in (await tab.sign_in("ada")).body


async def test_what_waits_replaces_no_draft(house: House) -> None:
    """There is another draft meanwhile: both stand in the case."""
    await house.report(1, "x")
    ada, elsewhere = await house.officer(), await house.officer()
    fields = hidden(await ada.get("/cases/1"))
    await house.restart()
    await write(ada, "draft", TEXT, fields)
    await elsewhere.sign_in("ada")
    await write(elsewhere, "draft", OTHER, hidden(await elsewhere.get("/cases/1")))
    page = await ada.sign_in("ada")
    assert TEXT in page.words
    assert OTHER in page.words


async def test_a_tab_of_before_a_restart_keeps_its_text_for_who_is_signed_in_again(house: House) -> None:
    """ada has signed in in another tab: the old page's text is hers at once. Where bob has, the old page says that it
    waits for ada, and forged words for somebody who never wrote them are nobody's without that browser's ticket."""
    await house.report(1, "x")
    tab = await house.officer()
    fields = hidden(await tab.get("/cases/1"))
    await house.restart()
    await tab.sign_in("ada")
    assert (await write(tab, "preview", TEXT, fields)).title == "Preview for case 1 - Unit desk"
    await tab.sign_in("bob")
    page = await write(tab, "draft", OTHER, fields)
    assert (page.status, "waits for ada" in page.words) == (403, True)
    forged = {"csrf": "0" * 64, "writer": "ada", "base": "", "seen": "0"}
    await write(house.person(), "draft", "Forged words", forged)
    page = await tab.sign_in("ada")
    assert OTHER in page.words
    assert "Forged" not in page.body + await held(house)


async def held(house: House) -> str:
    return (await (await house.officer()).get("/cases/1")).body


async def test_what_cannot_be_kept_now_waits_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk fails while the session locks, and again at the sign-in: the text waits until it is better."""
    await house.report(1, "x")
    ada = await house.officer()
    fields = hidden(await ada.get("/cases/1"))
    with monkeypatch.context() as patch:
        patch.setattr("journalist_ui.casework.drafts.hpke_seal", _fails)
        assert (await write(ada, "lock", TEXT, fields)).url == "/sign-in?why=carried"
        assert "could not be kept" in (await ada.sign_in("ada")).words
    assert box(TEXT) in (await ada.sign_in("ada")).body


def _fails(*_: object) -> bytes:
    raise OSError


STRANGER = Bringer(False, "1")


def _carried(text: str) -> CarriedText:
    return CarriedText("ada", 1, text, 0, "")


def test_only_so_much_is_carried() -> None:
    """A text longer than a draft is not; of too many the oldest of one who brings them goes; a ticket that is none
    finds nothing."""
    carried = Carried()
    assert carried.take_in(_carried("x" * (LONGEST_DRAFT + 1)), STRANGER) == ""
    tickets = [carried.take_in(_carried(str(number)), STRANGER) for number in range(MOST + 1)]
    found = [carried.look(ticket) for ticket in tickets]
    assert found[0] is None
    assert [one.text for one in found[1:] if one] == [str(number) for number in range(1, MOST + 1)]
    assert [carried.look(ticket) for ticket in ("", "0" * 64, "\udcff")] == [None] * 3
    assert all(b"text" not in sealed for _, sealed in carried._waiting.values())


def test_strangers_push_out_no_text_of_a_known_browser() -> None:
    """Nor does one who brings many push out what another has brought."""
    carried = Carried()
    ada = carried.take_in(_carried("mine"), Bringer(True, "ada's"))
    other = carried.take_in(_carried("of a new browser"), Bringer(False, "2"))
    for number in range(3 * MOST):
        assert carried.take_in(_carried(str(number)), STRANGER)
    assert [bool(carried.look(ticket)) for ticket in (ada, other)] == [True, True]
    for number in range(MOST):
        carried.take_in(_carried("mine"), Bringer(True, str(number)))
    assert carried.take_in(_carried("late"), STRANGER) == ""
    assert len(carried._waiting) == MOST


# --- where a sign-in leads ---


async def test_a_sign_in_after_a_lock_leads_to_the_case_that_was_written_in(house: House) -> None:
    """After a lock with words in the box, kept before or not; once; to the inbox where no draft is left."""
    await house.report(1, "x")
    ada = await house.officer()
    page = await write(ada, "lock", TEXT, hidden(await ada.get("/cases/1")))
    assert page.url == "/sign-in?why=kept"
    assert (await ada.sign_in("ada")).url.startswith("/cases/1")
    page = await ada.post("/lock", {"case": "1", "why": "idle"})
    assert page.url == "/sign-in?why=kept"
    assert "nothing was done for a while" in page.words
    assert (await house.person().sign_in("bob")).url == "/"
    page = await ada.sign_in("ada")
    assert page.url.startswith("/cases/1")
    # The page locks a moment after the session has ended by itself.
    house.steady[0] += IDLE + 1
    page = await ada.send("POST", "/lock", data={"csrf": page.field("csrf"), "case": "1"}, headers=ORIGIN)
    assert page.url == "/sign-in?why=kept"
    page = await ada.sign_in("ada")
    assert page.url.startswith("/cases/1")
    await write(ada, "draft", "", hidden(page))
    for case in ("1", "77", "x", "9" * 40):
        await ada.post("/lock", {"case": case})
        assert (await ada.sign_in("ada")).url == "/"


async def test_the_inbox_shows_whose_drafts_there_are(house: House) -> None:
    """My own, a colleague's, both, none."""
    await house.report(1, "x")
    ada, bob = await house.officer(), await house.officer("bob")
    assert "raft" not in (await ada.get("/")).words
    await write(ada, "draft", TEXT, hidden(await ada.get("/cases/1")))
    assert "Your draft" in (await ada.get("/")).words
    assert "A colleague's draft" in (await bob.get("/")).words
    await write(bob, "draft", OTHER, hidden(await bob.get("/cases/1")))
    assert "Drafts of you and a colleague" in (await ada.get("/")).words
