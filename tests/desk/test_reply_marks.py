# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text that could harm its reader: refused where a desk cannot allow it, sent when its writer has read the marks."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from journalist_ui.casework.replies import AUTHORISED
from journalist_ui.refusals import BadInput, DeskRefused, MarksUnread, TaskingRefused
from journalist_ui.socket.path import SOCKET_FILE
from journalist_ui.socket.server import serving
from journalist_ui.vault import tables
from journalist_ui.vault.evidence import REPLY
from tests import in_process
from tests.desk.acts import acts, holder_of
from tests.desk.room import PASSPHRASE, Room
from tests.desk.test_reply import Script, scripts, source_writes
from tests.hostile.strings import FAMILIES

TASK = "Could you get a copy of the notebook?"
NAMED = "Did Whitlow say so?"
REPORT = "Whitlow took the money from the drawer."
ALLOWED = {"authorisation": "RIPA 12/26", "officer": "DCI Example"}


async def refused(script: Script, **body: Any) -> type[DeskRefused]:
    with pytest.raises(DeskRefused) as found:
        await script.ask("reply", **body)
    return type(found.value)


def sent(room: Room) -> list[str]:
    """Of the audit log, what ada did that is about sending."""
    found = acts(room.vault, holder_of(room.vault, "ada", PASSPHRASE))
    these = [one for one in found if one.act in (REPLY, AUTHORISED)]
    assert all(one.about for one in these)
    return [one.act for one in these]


async def test_a_task_is_refused_without_an_authorisation(room: Room) -> None:
    """By text and by draft, whatever else is said; nothing is stored and no act is written down."""
    ada, _ = await scripts(room)
    for more in ({}, {"again": True}, {"read_marks": True}):
        assert await refused(ada, text=TASK, **more) is TaskingRefused
    await ada.ask("draft-keep", text=TASK)
    once = (await ada.ask("preview")).once
    assert await refused(ada, once=once, read_marks=True) is TaskingRefused
    assert (await ada.ask("draft")).text == TASK
    assert (room.engine._replies, sent(room)) == ([], [])


async def test_an_authorisation_is_kept_with_the_text_and_audited(room: Room) -> None:
    """Reference and officer stand sealed with the words, for whoever reads the case; the log says that it was
    authorised, and holds neither."""
    ada, bob = await scripts(room)
    await ada.ask("reply", text=TASK, **ALLOWED)
    await ada.ask("draft-keep", text=TASK + " Today?")
    await ada.ask("reply", once=(await ada.ask("preview")).once, **ALLOWED)
    await ada.ask("reply", text="Thank you.")
    assert sent(room) == [REPLY, AUTHORISED, REPLY, AUTHORISED, REPLY]
    found = (await bob.ask("show")).case.messages
    shown = [(one.text, one.authorisation, one.officer, one.proof) for one in found if one.sender == "unit"]
    allowed = tuple(ALLOWED.values())
    assert shown == [(TASK, *allowed, ""), (TASK + " Today?", *allowed, ""), ("Thank you.", "", "", "")]
    with room.vault.reading() as connection:
        assert not any("RIPA" in str(row) or "DCI" in str(row) for row in connection.execute(select(tables.audit)))


@pytest.mark.parametrize(
    "given",
    [
        {"authorisation": "x"},
        {"officer": "x"},
        {"authorisation": "x" * 61, "officer": "y"},
        {"authorisation": "x", "officer": "y" * 81},
        {"authorisation": "x\ny", "officer": "y"},
        {"authorisation": "x", "officer": "y\u202e"},
        {"authorisation": " ", "officer": "y"},
    ],
)
async def test_half_an_authorisation_is_none(room: Room, given: dict[str, str]) -> None:
    """Both lines, each within its length and plainly visible, or nothing is sent; also with a harmless text."""
    ada, _ = await scripts(room)
    for text in (TASK, "Thank you."):
        assert await refused(ada, text=text, **given) is BadInput
    assert room.engine._replies == []


async def test_marks_are_read_before_a_text_goes(room: Room) -> None:
    """What only the source told, a link, a meeting: refused until its writer says so; without marks it goes at once."""
    ada, _ = await scripts(room)
    await source_writes(room, REPORT)
    await ada.ask("show")
    for text in (NAMED, "Look at www.example.org", "Can we meet in person?", "What is your name?"):
        assert await refused(ada, text=text) is MarksUnread
        await ada.ask("reply", text=text, read_marks=True)
    await ada.ask("reply", text="Thank you. Which day was it?")
    assert len(room.engine._replies) == 5


async def test_a_preview_shows_the_marks_of_a_text_that_is_no_draft(room: Room) -> None:
    """Place, words, kind and reason; nothing is kept or sent, and nothing of the case counts as read by it."""
    _, bob = await scripts(room)
    await source_writes(room, REPORT)
    found = await bob.ask("preview", text=NAMED + " " + TASK)
    assert [(one.kind, one.words) for one in found.marks] == [("gives-away", "Whitlow"), ("tasking", "get a copy")]
    assert all((NAMED + " " + TASK)[one.start : one.end] == one.words for one in found.marks)
    assert found.once == ""
    assert (await bob.ask("draft")).text == ""
    with room.vault.reading() as connection:
        assert connection.execute(select(tables.shown)).all() == []
    with pytest.raises(BadInput):
        await bob.ask("preview", text=" ")


async def test_a_source_that_wrote_much_is_checked_by_its_newest(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """The report and the newest pages; what stands further back than these is not opened for it."""
    monkeypatch.setattr("journalist_ui.casework.conversation.PAGE", 1)
    monkeypatch.setattr("journalist_ui.casework.source_words.MOST_PAGES", 2)
    ada, _ = await scripts(room)
    for name in ("Alderson", "Whitlow", "Pemberton"):
        await source_writes(room, f"It was {name} who did it.")
        room.service.twin.advance()
    await ada.ask("show")
    for name, known in (("Alderson", False), ("Whitlow", True), ("Pemberton", True)):
        found = await ada.ask("preview", text=f"Did {name} say so?")
        assert bool(found.marks) is known, name


@asynccontextmanager
async def at_a_socket(room: Room, folder: Path) -> AsyncIterator[Path]:
    """The session file of ada's at a desk that serves its socket."""
    ada, _ = await scripts(room)
    desk, path, file = ada.desk, folder / SOCKET_FILE, folder / "ada.session"
    file.write_text(json.dumps({"socket": str(path), "token": ada.token}))
    async with serving(desk, path):
        yield file


async def test_the_command_refuses_and_says_what_to_do(room: Room, tmp_path: Path) -> None:
    """Exit code 1 and a sentence without a word of the text; --check names the marks; with both lines it is sent."""
    async with at_a_socket(room, tmp_path) as session:

        async def reply(*words: str, text: str = TASK) -> tuple[int, str, str]:
            given = ("reply", 1, "--session", session, "--text-file", "-", *words)
            return await asyncio.to_thread(in_process.ask, "dropbox-desk", *given, stdin=text)

        code, out, said = await reply()
        assert (code, out) == (1, "")
        assert "a desk cannot authorise" in said
        assert "notebook" not in said
        code, out, _ = await reply("--check")
        assert code == 0
        assert 'Tasks the source: "get a copy"' in out
        code, out, _ = await reply("--check", "--json")
        assert [one["kind"] for one in json.loads(out)["marks"]] == ["tasking"]
        code, _, said = await reply("--authorisation", "RIPA 12/26")
        assert (code, "needs both" in said) == (1, True)
        code, out, _ = await reply("--authorisation", "RIPA 12/26", "--officer", "DCI Example", "--json")
        assert (code, json.loads(out)["state"]) == (0, "waiting")
        code, _, said = await reply(text="Look at www.example.org")
        assert (code, "--read-marks" in said) == (1, True)
        code, _, _ = await reply("--read-marks", text="Look at www.example.org")
        assert code == 0


async def test_a_hostile_text_is_checked_as_any(room: Room, tmp_path: Path) -> None:
    """One of each family, as a reply and as an authorisation: a line of the terminal shows no letter that acts."""
    async with at_a_socket(room, tmp_path) as session:
        for family in FAMILIES:
            text = family[0].replace("\x00", "")
            given = ("reply", 1, "--session", session, "--text-file", "-", "--check")
            code, out, said = await asyncio.to_thread(
                in_process.ask, "dropbox-desk", *given, stdin=f"{text} {TASK} {text} www.example.org/{text}"
            )
            assert code in (0, 1)
            assert all(line.isprintable() for line in (out + said).splitlines())
            line = " ".join(text.split())[:40]
            words = ("--authorisation", line, "--officer", line)
            code, out, said = await asyncio.to_thread(
                in_process.ask, "dropbox-desk", *given[:-1], *words, stdin=f"{TASK} {len(text)}"
            )
            assert code in (0, 1)
            assert all(part.isprintable() for part in (out + said).splitlines())
        code, out, _ = await asyncio.to_thread(in_process.ask, "dropbox-desk", "show", 1, "--session", session)
        assert code == 0
        assert all(line.isprintable() for line in out.splitlines())
