# SPDX-License-Identifier: AGPL-3.0-or-later
"""Long conversations and long lists of cases: a source who writes much costs the unit one page at a time."""

import asyncio
import re
import threading
from typing import Any

import pytest
from sqlalchemy import insert, select

from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.primitives import SealingKey, hpke_seal
from journalist_ui.casework.cases import NEW
from journalist_ui.casework.conversation import PAGE, Sealed
from journalist_ui.vault import audit, tables
from journalist_ui.vault.case_keys import store_case_keys
from journalist_ui.vault.counters import count_cases
from journalist_ui.vault.evidence import KEPT, MIGRATED, about_part
from journalist_ui.vault.roles import list_openers
from journalist_ui.vault.sealing import part_info, wrap_case_key
from journalist_ui.verbs.inbox import PAGE as INBOX_PAGE
from tests.desk.reader import Reader
from tests.desk.room import Room
from tests.desk_web.house import House, Page


def write(room: Room, case: int, texts: list[str]) -> None:
    """So many later messages of the source, as a desk of before proofs were kept stored them."""
    with room.vault.writing() as connection:
        whose = connection.execute(select(tables.cases).where(tables.cases.c.number == case)).one()
        for at, text in enumerate(texts):
            message_id = (case << 32 | at).to_bytes(16, "big")
            this = {"number": case, "message_id": message_id}
            row = this | {"parts": 1, "period": 1, "complete": at + 2, "place": 10_000 + at}
            message = connection.execute(insert(tables.messages).values(row).returning(tables.messages)).one()
            sealed = hpke_seal(whose.public, encode_body(Report(text)), part_info(case, message_id, 1))
            connection.execute(insert(tables.parts).values(this | {"part": 1, "sealed": sealed}))
            audit.record(connection, 0, "", KEPT, about_part(whose, message, 1, sealed))
        audit.record(connection, 0, "", MIGRATED)
        count_cases(connection, [case])


def add_cases(room: Room, count: int) -> None:
    """So many cases with one whole report each, the first parts of which say their category."""
    with room.vault.writing() as connection:
        members = list_openers(connection)
        body = encode_body(Report("x", ("discrimination",)))
        for at in range(count):
            seed = at.to_bytes(32, "big")
            public = SealingKey(seed).public
            pseudonym = bytes([255]) * 24 + at.to_bytes(8, "big")
            values = {"number": 1000 + at, "pseudonym": pseudonym, "public": public, "opened": 1}
            case = connection.execute(
                insert(tables.cases).values(values | {"state": NEW}).returning(tables.cases)
            ).one()
            number = case.number
            keys = [wrap_case_key(number, 1, seed, name, key) for name, key in members]
            store_case_keys(connection, keys)
            this = {"number": number, "message_id": bytes(16)}
            row = this | {"parts": 1, "period": 1, "complete": 1, "place": 20_000 + at}
            message = connection.execute(insert(tables.messages).values(row).returning(tables.messages)).one()
            sealed = hpke_seal(public, body, part_info(number, bytes(16), 1))
            connection.execute(insert(tables.parts).values(this | {"part": 1, "sealed": sealed}))
            audit.record(connection, 0, "", KEPT, about_part(case, message, 1, sealed))
            count_cases(connection, [number])
        audit.record(connection, 0, "", MIGRATED)


def openings(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Grows with each ciphertext that anything opens."""
    found: list[bytes] = []
    open_one = SealingKey.open

    def counted(self: SealingKey, sealed: bytes, info: bytes) -> bytes:
        found.append(info)
        return open_one(self, sealed, info)

    monkeypatch.setattr(SealingKey, "open", counted)
    return found


def said(page: Page) -> list[int]:
    return [int(number) for number in re.findall(r"note (\d+)\.", page.words)]


@pytest.mark.parametrize(
    "path", ["/sign-in", "/", "/cases/1", "/cases/1/preview", "/members", "/passphrase", "/help", "/nowhere"]
)
async def test_no_page_asks_others_about_its_words(house: House, path: str) -> None:
    """A browser sends nobody what a source or an officer wrote: not to translate it, nor to check or to guess words."""
    await house.report(1, "Nikomu o tym nie mówcie.")
    officer = await house.officer()
    box = await officer.get("/cases/1")
    kept = {name: box.field(name) for name in ("csrf", "seen", "base", "writer")}
    await officer.post("/cases/1/reply", kept | {"text": "A begun answer", "act": "draft"})
    page = await officer.get(path)
    assert re.findall(r"<html[^>]*>", page.body) == [
        '<html lang="en" translate="no" spellcheck="false" writingsuggestions="false">'
    ]
    assert '<meta name="google" content="notranslate">' in page.body
    assert not re.findall(r'translate="yes"|spellcheck="true"', page.body)
    boxes = 5 if path == "/cases/1" else 0
    assert page.body.count("<textarea") == page.body.count('data-gramm="false"') == boxes


async def test_a_long_conversation_is_shown_by_pages(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The report and the newest fifty; older ones a page further, each once; a page opens its own messages alone, and
    those are what counts as read. The verb behind the command `show` still answers everything."""
    case = await house.report(1, "the report")
    write(house.room, case, [f"note {at}." for at in range(2 * PAGE + 5)])
    officer = await house.officer()
    opened = openings(monkeypatch)
    page = await officer.get(f"/cases/{case}")
    assert len(opened) <= PAGE + 2
    assert said(page) == list(range(PAGE + 5, 2 * PAGE + 5))
    assert "Page 1 of 3." in page.words
    assert f"{PAGE + 5} unread" in (await officer.get("/")).words
    older = await officer.get(f"/cases/{case}?page=2")
    oldest = await officer.get(f"/cases/{case}?page=3")
    assert said(oldest) + said(older) + said(page) == list(range(2 * PAGE + 5))
    assert all("the report" in one.words for one in (older, oldest))
    assert "unread" not in (await officer.get("/")).words.partition("Conversation")[2]
    for odd in ("0", "x", "-1", "٣", "1" * 30):
        assert said(await officer.get(f"/cases/{case}?page={odd}")) == said(page)
    assert said(await officer.get(f"/cases/{case}?page=99")) == said(oldest)
    whole = await asyncio.to_thread(Reader(house.room.vault, house.desk.sessions.find(officer.token)).show, case, 0)
    assert len(whole.messages) == 2 * PAGE + 6


async def test_a_long_inbox_is_shown_by_pages(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred cases a page, every case on one, and only the cases of the page are opened."""
    add_cases(house.room, INBOX_PAGE + 20)
    opened = openings(monkeypatch)
    officer = await house.officer()
    # Signing in leads to the first page: a key and a part of each of its cases.
    assert len(opened) == 2 * INBOX_PAGE
    pages = [await officer.get(path) for path in ("/", "/?page=2")]
    assert len(opened) == 2 * (INBOX_PAGE + 20)
    rows = [re.findall(r"data-row>\s*<span class=\"first\">.*?Case (\d+)<", page.body, re.S) for page in pages]
    assert [len(one) for one in rows] == [INBOX_PAGE, 20]
    assert len({*rows[0], *rows[1]}) == INBOX_PAGE + 20
    assert all(page.body.count(">Discrimination<") == len(one) for page, one in zip(pages, rows, strict=True))
    assert 'href="/?page=2"' in pages[0].body
    assert f"Waiting for us {INBOX_PAGE + 20}" in pages[1].words


async def test_a_search_shows_a_page_and_says_so(house: House) -> None:
    """The first hundred of more, without a way to a second page, which would lead back into the inbox."""
    add_cases(house.room, INBOX_PAGE + 20)
    officer = await house.officer()
    page = await officer.post("/search", {"words": "x"})
    assert page.body.count("data-row") == INBOX_PAGE
    assert f"{INBOX_PAGE + 20} cases with all of these words. The first hundred are shown" in page.words
    assert "?page=2" not in page.body


async def test_the_desk_goes_on_while_a_case_is_opened(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening waits for something that only another request brings about: both are answered."""
    case = await house.report(2, "x")
    officer, other = await house.officer(), house.person()
    begun, served = threading.Event(), threading.Event()
    opened = Sealed.open

    def slow(self: Sealed) -> Any:
        begun.set()
        assert served.wait(120), "the desk stood still"
        return opened(self)

    monkeypatch.setattr(Sealed, "open", slow)
    opening = asyncio.create_task(officer.get(f"/cases/{case}"))
    assert await asyncio.to_thread(begun.wait, 120)
    assert (await other.get("/static/desk.css")).status == 200
    served.set()
    assert (await opening).status == 200
