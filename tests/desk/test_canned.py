# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts that a unit keeps ready: every version stays with who wrote it and when, and none is sent by itself."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dropbox.protocol.board import split_text
from dropbox.protocol.constants import CATEGORIES
from journalist_ui.casework.canned import OWN, shipped
from journalist_ui.daemon.sign_ins import SignIn
from journalist_ui.refusals import BadInput, NoSuchCanned, NotAllowed
from journalist_ui.reply_check.marking import check_reply
from journalist_ui.shapes.canned import LONGEST_CANNED, LONGEST_TITLE
from journalist_ui.socket.server import ask_by_name
from journalist_ui.vault import tables
from tests import in_process
from tests.desk.acts import acts, holder_of
from tests.desk.room import ADMINISTRATOR, PASSPHRASE, Room
from tests.desk.test_reply import Script, _code, scripts
from tests.desk.test_reply_marks import at_a_socket
from tests.hostile.strings import FAMILIES

WORDS = {"title": "A title", "text": "A text.\nOf two lines."}


async def ask(script: Script, verb: str, **body: Any) -> Any:
    """These verbs are of no case."""
    return await ask_by_name(script.desk, verb, script.token, body)


async def listed(script: Script) -> dict[int, Any]:
    return {one.number: one for one in (await ask(script, "canned")).texts}


def test_what_is_shipped_can_be_sent_at_once() -> None:
    """Each fits its bounds, is of a category that there is, and the checker marks nothing in it."""
    assert len(shipped()) >= 4
    for one in shipped().values():
        assert 0 < len(one.title) <= LONGEST_TITLE
        assert 0 < len(one.text) <= LONGEST_CANNED
        assert one.category in ("", *CATEGORIES)
        assert one.number < OWN
        assert check_reply(one.text) == []
        assert split_text(one.text)


async def test_every_version_stays(room: Room) -> None:
    """A new text, its next version, one of a shipped one; the newest is offered, the older are shown with who and
    when."""
    ada, bob = await scripts(room)
    kept = await ask(ada, "canned-edit", **WORDS)
    assert (kept.number, kept.version) == (OWN, 1)
    assert (await ask(bob, "canned-edit", **WORDS | {"title": "Other"}, number=OWN, base=1)).version == 2
    assert (await ask(bob, "canned-edit", **WORDS, number=1)).version == 2
    offered = await listed(ada)
    assert [(offered[number].title, offered[number].by, offered[number].shipped) for number in (1, 2, OWN)] == [
        ("A title", "bob", False),
        (shipped()[2].title, "", True),
        ("Other", "bob", False),
    ]
    await asyncio.to_thread(room.reopen)
    with room.vault.reading() as connection:
        rows = connection.execute(select(tables.canned.c.number, tables.canned.c.version)).all()
    assert sorted(tuple(row) for row in rows) == [(1, 2), (OWN, 1), (OWN, 2)]


async def test_versions_are_shown_the_newest_first(room: Room) -> None:
    """Of a shipped text too: what came with the program is its first."""
    ada, bob = await scripts(room)
    await ask(bob, "canned-edit", **WORDS, number=1)
    newest, first = (await ask(ada, "canned-show", number=1)).versions
    assert (newest.version, newest.by, newest.text, newest.shipped) == (2, "bob", WORDS["text"], False)
    assert (first.version, first.by, first.day, first.text, first.shipped) == (1, "", "", shipped()[1].text, True)
    assert newest.day.count("-") == 2


async def test_nobody_writes_over_what_they_did_not_see(room: Room) -> None:
    """A page of version 1 after somebody's version 2: nothing is kept."""
    ada, bob = await scripts(room)
    await ask(ada, "canned-edit", **WORDS)
    await ask(bob, "canned-edit", **WORDS, number=OWN, base=1)
    with pytest.raises(BadInput, match="changed meanwhile"):
        await ask(ada, "canned-edit", **WORDS, number=OWN, base=1)
    assert (await listed(ada))[OWN].version == 2


async def test_what_is_removed_is_offered_no_more_and_can_come_back(room: Room) -> None:
    """A shipped one and an own one; the versions stay; twice is refused; a new version brings it back."""
    ada, _ = await scripts(room)
    await ask(ada, "canned-edit", **WORDS)
    for number in (1, OWN):
        await ask(ada, "canned-remove", number=number)
        assert number not in await listed(ada)
        assert (await ask(ada, "canned-show", number=number)).versions[0].gone
        with pytest.raises(NoSuchCanned):
            await ask(ada, "canned-remove", number=number)
        await ask(ada, "canned-edit", **WORDS, number=number)
        assert (await listed(ada))[number].version == 3
    told = acts(room.vault, holder_of(room.vault, "ada", PASSPHRASE))
    assert ("canned remove", "canned 1 2") in [(one.act, one.about) for one in told]
    assert not any(WORDS["title"] in str(one) for one in told)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "x" * 81},
        {"title": "a\nb"},
        {"title": "a\u202eb"},
        {"text": " \n"},
        {"text": "x" * 2_001},
        {"text": "\ud800"},
        {"category": "other"},
    ],
)
async def test_what_is_out_of_bounds_is_not_kept(room: Room, wrong: dict[str, str]) -> None:
    """Title, text and category each have theirs."""
    ada, _ = await scripts(room)
    with pytest.raises(BadInput):
        await ask(ada, "canned-edit", **WORDS | wrong)
    assert OWN not in await listed(ada)


async def test_who_may(room: Room) -> None:
    """Any member reads them; investigators write; a number that there is none of is told as such."""
    ada, _ = await scripts(room)
    room.add("eve", ADMINISTRATOR)
    token = (await ada.desk.sessions.sign_in(SignIn("eve", PASSPHRASE, _code(room, "eve")))).token
    eve = Script(ada.desk, token)
    assert await listed(eve) == await listed(ada)
    for verb, body in (("canned-edit", WORDS), ("canned-remove", {"number": 1})):
        with pytest.raises(NotAllowed):
            await ask(eve, verb, **body)
    for verb, body in (("canned-edit", WORDS | {"number": 999}), ("canned-remove", {"number": 999})):
        with pytest.raises(NoSuchCanned):
            await ask(ada, verb, **body)
    with pytest.raises(NoSuchCanned):
        await ask(ada, "canned-show", number=999)


async def test_the_commands(room: Room, tmp_path: Path) -> None:
    """Kept, listed, shown, removed once somebody agreed; hostile words of a colleague act on no terminal."""
    async with at_a_socket(room, tmp_path) as session:

        async def canned(*words: object, stdin: str = "") -> tuple[int, str, str]:
            given = ("canned", *words, "--session", session)
            return await asyncio.to_thread(in_process.ask, "dropbox-desk", *given, stdin=stdin)

        code, out, _ = await canned("edit", "--title", "T", "--text-file", "-", "--json", stdin="Words.")
        assert (code, json.loads(out)) == (0, {"number": OWN, "version": 1})
        for family in FAMILIES:
            words = family[0].replace("\x00", "")[:2_000]
            code, _, said = await canned(
                "edit", OWN, "--title", "T", "--category", "discrimination", "--text-file", "-", stdin=words
            )
            assert (code, said) == (0, "") or "canned text has" in said.lower()
        code, out, _ = await canned("show", OWN)
        assert code == 0
        assert all(line.isprintable() for line in out.splitlines())
        code, out, _ = await canned("list")
        assert f"{OWN}  T (discrimination; version" in out
        assert "shipped" in out
        code, _, said = await canned("remove", OWN)
        assert (code, "--yes" in said) == (1, True)
        assert (await canned("remove", OWN, "--yes"))[0] == 0
        code, out, _ = await canned("list", "--json")
        assert OWN not in [one["number"] for one in json.loads(out)]
