# SPDX-License-Identifier: AGPL-3.0-or-later
"""A real desk in a service in memory: what arrives is opened by the right people, and the answer goes back."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import event, select

from dropbox.flows.desk.requests import CommitVault
from dropbox.flows.desk.state import TextState
from dropbox.protocol.batches import parse_upload
from dropbox.protocol.board import split_text
from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.codename import conversation_keys
from dropbox.protocol.constants import CATEGORIES
from dropbox.protocol.directory import Directory
from dropbox.protocol.envelope_format import split_body
from dropbox.protocol.manifests import parse_manifest
from dropbox.protocol.units import UnitKey
from journalist_ui.casework.conversation import OfficerText, SourceMessage
from journalist_ui.daemon import engine as engine_module
from journalist_ui.daemon.engine import Synced
from journalist_ui.daemon.keyring import KeyringStore
from journalist_ui.daemon.notice_log import lasting_notices
from journalist_ui.daemon.notices import LASTING_DAYS
from journalist_ui.daemon.setup import successor
from journalist_ui.refusals import NoSuchCase, NotAllowed
from journalist_ui.vault import audit, tables
from journalist_ui.vault.ledger import load_ledger
from journalist_ui.vault.published import told_by
from tests.desk.room import ADMINISTRATOR, DESK_KEY, INVESTIGATOR, Down, Room, entropy
from tests.flows.twin import changed_unit, replace_directory

LONG = "".join(f"{number} ünï \U0001f9d1\u200d\U0001f527 שלום\n" for number in range(1_500))


def sync(room: Room) -> Synced:
    return asyncio.run(room.engine.sync())


def period(room: Room, count: int = 2) -> None:
    """So many periods begin, with a sync in each: the first publishes, the second's board shows it."""
    for _ in range(count):
        room.service.twin.advance()
        sync(room)


def reply(room: Room, number: int, text: str, member: str = "ada") -> None:
    session = room.sign_in(member)
    room.engine.add_reply(session.reply(number, split_text(text), room.engine.now_period(), room.engine.day))


def read(room: Room, source: bytes) -> list[str]:
    found = room.service.visit(source)
    return [text.text for one in found.conversations for text in one.texts]


def test_a_report_is_collected_answered_and_read(room: Room) -> None:
    """The walk of one report: collected within the period, shown whole, answered, published, acknowledged."""
    source = room.report(entropy(1), "It happened on Tuesday.", categories=CATEGORIES[:2], force="cumbria")
    assert sync(room).new == 1
    (line,) = room.sign_in("ada").cases()
    assert (line.number, line.state, line.categories, line.unread) == (1, "new", CATEGORIES[:2], 1)
    case = room.sign_in("ada").show(1, room.engine.day)
    (message,) = case.messages
    assert isinstance(message, SourceMessage)
    assert message.report is not None
    assert (message.report.text, message.report.force, message.number) == ("It happened on Tuesday.", "cumbria", 1)
    (line,) = room.sign_in("ada").cases()
    assert (line.state, line.unread) == ("new", 0)
    reply(room, 1, "Thank you. Which one?")
    assert state_of(room) == "waiting"
    period(room)
    assert state_of(room) == "published"
    assert read(room, source) == ["Thank you. Which one?"]
    period(room)
    assert state_of(room) == "read"


def state_of(room: Room, number: int = 1) -> str:
    """The state of the newest text of a case."""
    texts = [one for one in room.sign_in("ada").show(number, 0).messages if isinstance(one, OfficerText)]
    return texts[-1].state


def test_a_long_report_in_parts_is_whole(room: Room) -> None:
    """40,000 bytes with emoji and right-to-left letters arrive as they were; half of the parts show nothing yet."""
    assert len(LONG.encode()) > 40_000
    source = room.report(entropy(2), LONG)
    envelopes = dict(room.service.twin.open)
    for key in list(room.service.twin.open)[1:]:
        del room.service.twin.open[key]
    assert sync(room).new == 0
    assert room.sign_in("ada").cases() == []
    room.service.twin.open = envelopes
    assert sync(room).new == 1
    (message,) = room.sign_in("ada").show(1, 0).messages
    assert isinstance(message, SourceMessage)
    assert message.report is not None
    assert message.report.text == LONG
    assert read(room, source) == []


def test_a_long_list_of_cases_asks_no_more_than_a_short_one(room: Room) -> None:
    """Once a session has opened each case's first message, listing them takes the same few questions, however many."""
    asked: list[str] = []
    event.listen(room.vault.readers, "before_cursor_execute", lambda *args: asked.append(args[2]))
    counts = []
    for number in (20, 21, 22):
        room.report(entropy(number), "x", categories=CATEGORIES[:1])
        sync(room)
        session = room.sign_in("ada")
        opened = session.cases()
        asked.clear()
        assert session.cases() == opened
        counts.append(len(asked))
    assert len(set(counts)) == 1
    assert counts[0] > 0
    assert len(opened) == 3


def test_what_is_no_form_is_shown_whole(room: Room) -> None:
    """A body that does not parse is kept and shown byte for byte, and does not hide what came with it."""
    source = room.report(entropy(3), "first")
    body = b'{"v":2,"text":"\xff\x1b[2J later version"}'
    room.service.send(source, "north", body)
    sync(room)
    messages = room.sign_in("ada").show(1, 0).messages
    raw = [one.raw for one in messages if isinstance(one, SourceMessage) and one.report is None]
    assert raw == ['{"v":2,"text":"\\xff\x1b[2J later version"}']
    assert len(messages) == 2


def test_cases_are_numbered_in_order_and_kept_apart(room: Room) -> None:
    """Each codename is a case of its own; the same codename writes into its case again."""
    first, second = room.report(entropy(4), "one"), None
    sync(room)
    second = room.report(entropy(5), "two")
    sync(room)
    room.service.send(first, "north", split_body(b'{"v":1,"categories":[],"force":"","answers":{},"text":"three"}')[0])
    sync(room)
    assert [line.number for line in room.sign_in("ada").cases()] == [1, 2]
    texts = [
        one.report.text
        for one in room.sign_in("ada").show(1, 0).messages
        if isinstance(one, SourceMessage) and one.report
    ]
    assert texts == ["one", "three"]
    assert second != first


def test_several_replies_in_several_parts_arrive_in_order(room: Room) -> None:
    """Texts of many parts leave over several batches and are read whole and in order."""
    source = room.report(entropy(6), "hello")
    sync(room)
    texts = ["short", "x" * 3_000 + "é", "last \U0001f9d1"]
    for text in texts:
        reply(room, 1, text)
    period(room, 5)
    assert read(room, source) == texts


def test_an_unknown_number_and_another_members_case_look_alike(room: Room) -> None:
    """Who has no key to a case has no row, no count, and the same refusal as for a case that is not there."""
    room.report(entropy(7), "secret")
    sync(room)
    room.add("bob", INVESTIGATOR)
    session = room.sign_in("bob")
    assert session.cases() == []
    with pytest.raises(NoSuchCase) as closed:
        session.show(1, 0)
    with pytest.raises(NoSuchCase) as missing:
        session.show(99, 0)
    assert closed.value.say == missing.value.say
    with pytest.raises(NoSuchCase):
        session.reply(1, (b"no",), 1, 1)


def test_a_case_shared_by_who_has_it_opens_for_the_other(room: Room) -> None:
    """A member added later opens exactly the cases that the sharing member could; only of those is anything counted."""
    room.report(entropy(8), "early")
    sync(room)
    room.add("bob", INVESTIGATOR)
    room.report(entropy(9), "late")
    sync(room)
    assert [line.number for line in room.sign_in("bob").cases()] == [2]
    assert room.sign_in("ada").share("bob", 0) == (2, 0)
    assert [line.number for line in room.sign_in("bob").cases()] == [1, 2]
    room.add("eve", INVESTIGATOR)
    with room.vault.writing() as connection:
        connection.execute(
            tables.case_keys.delete().where(tables.case_keys.c.member == "bob", tables.case_keys.c.number == 1)
        )
    assert room.sign_in("bob").share("eve", 0) == (1, 0)


def test_an_administrator_alone_opens_nothing(room: Room) -> None:
    """Administration is no key: no row is made for such a member, and content verbs are refused."""
    room.add("carl", ADMINISTRATOR)
    room.report(entropy(10), "secret")
    sync(room)
    with room.vault.reading() as connection:
        holders = connection.execute(select(tables.case_keys.c.member)).scalars().all()
    assert holders == ["ada"]
    for act in (lambda one: one.cases(), lambda one: one.show(1, 0), lambda one: one.reply(1, (b"x",), 1, 1)):
        with pytest.raises(NotAllowed):
            act(room.sign_in("carl"))
    with pytest.raises(NotAllowed):
        room.sign_in("ada").share("carl", 0)


def test_the_audit_chain_holds_and_its_head_goes_out(room: Room) -> None:
    """Acts are chained; changing one shows; the manifest of the next batch names the head, which a blind hides."""
    room.report(entropy(11), "x")
    sync(room)
    room.sign_in("ada").show(1, 5)
    with room.vault.reading() as connection:
        head = audit.head(connection)
        assert audit.first_break(connection) == 0
    period(room)
    upload = max(room.service.twin.uploads[room.settings.unit_id].items())[1]
    told = parse_manifest(parse_upload(upload).batch.manifest)
    assert head not in upload
    with room.vault.reading() as connection:
        assert told_by(connection, told).row == head
    with room.vault.writing() as connection:
        connection.execute(tables.audit.update().values(about="2"))
        assert audit.first_break(connection) == 1


def test_a_restart_at_any_time_loses_nothing(room: Room) -> None:
    """What memory holds is what the disk holds: ledger and keyring are the same after every sync."""
    source = room.report(entropy(12), "hello")
    for step in range(4):
        sync(room)
        kept, keyring = room.engine.state.ledger, room.engine.state.keyring
        room.reopen()
        assert room.engine.state.ledger == kept
        assert room.engine.state.keyring == keyring
        if step == 0:
            reply(room, 1, "answer " * 300)
        room.service.twin.advance()
    sync(room)
    assert read(room, source) == ["answer " * 300]


@pytest.mark.parametrize("down", ["GetDirectory", "GetBoard", "GetIntakeState", "GetSegment", "PostBatch"])
def test_a_service_that_stops_answering_loses_nothing(room: Room, down: str) -> None:
    """A request that fails ends the run; the next one does all of it."""
    source = room.report(entropy(13), "hello")
    room.service.twin.advance()
    room.transport.down = down
    with pytest.raises(Down):
        sync(room)
    assert [one.code for one in room.engine.standing.failure] == ["failed"]
    room.transport.down = ""
    sync(room)
    assert room.engine.standing.failure == []
    assert [line.unread for line in room.sign_in("ada").cases()] == [1]
    reply(room, 1, "answer")
    period(room)
    assert read(room, source) == ["answer"]


def test_a_disk_that_fails_in_the_middle_loses_nothing(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory that ran ahead of a failed write is thrown away: the next sync opens the report again, and seeds once."""
    source = room.report(entropy(14), "hello")
    real = engine_module.commit

    def fail(vault: Any, change: CommitVault) -> None:
        if change.contents:
            raise OSError(28, "no room")
        real(vault, change)

    monkeypatch.setattr(engine_module, "commit", fail)
    with pytest.raises(OSError, match="no room"):
        sync(room)
    assert [one.code for one in room.engine.standing.failure] == ["storage-failed"]
    monkeypatch.setattr(engine_module, "commit", real)
    assert sync(room).new == 1
    reply(room, 1, "answer")
    period(room)
    assert read(room, source) == ["answer"]


def test_a_reply_written_during_a_sync_is_taken_up_by_the_next(room: Room) -> None:
    """An officer does not wait for the network, and a flow never sees the ledger change under it."""
    source = room.report(entropy(15), "hello")
    sync(room)

    async def both() -> None:
        running = asyncio.create_task(room.engine.sync())
        await asyncio.sleep(0)
        reply(room, 1, "while it ran")
        await running

    asyncio.run(both())
    period(room)
    assert read(room, source) == ["while it ran"]


def test_read_and_expired_texts_are_emptied(room: Room) -> None:
    """Once read, a text can be read again for three days; then its words are only in the case, sealed, and the daemon's
    copy is gone from the vault."""
    source = room.report(entropy(17), "hello")
    sync(room)
    reply(room, 1, "words for the source")
    period(room)
    assert read(room, source) == ["words for the source"]
    for passed in range(3):
        period(room)
        (text,) = load_ledger(room.vault).texts.values()
        assert (text.state, bool(text.parts)) == (TextState.READ, passed < 1), passed
    assert (room.folder / "vault.db-wal").stat().st_size == 0 or b"words" not in room.files()["vault.db-wal"]
    reply(room, 1, "never read")
    period(room)
    room.service.twin.advance(70)
    period(room)
    states = {text.id: (text.state, text.parts) for text in load_ledger(room.vault).texts.values()}
    assert states[2] == (TextState.EXPIRED, ())
    assert conversation_keys(source, room.settings.unit_id).pseudonym in room.engine.state.ledger.conversations


def test_what_happened_before_a_failure_is_still_told(room: Room) -> None:
    """A keyring that was put back is told, also when the service stops answering right after, and after a restart."""
    earlier = room.files()["keyring"]
    room.service.twin.advance()
    sync(room)
    room.service.twin.advance()
    (room.folder / "keyring").write_bytes(earlier)
    room.reopen()
    room.transport.down = "GetIntakeState"
    with pytest.raises(Down):
        sync(room)
    room.transport.down = ""
    for _ in range(2):
        with room.vault.reading() as connection:
            assert [one.code for one in lasting_notices(connection, room.engine.day)] == ["rolled-back"]
            assert lasting_notices(connection, room.engine.day + LASTING_DAYS) == []
        room.reopen()
        sync(room)


def test_a_lost_keyring_answers_again_once_the_source_has_written(room: Room) -> None:
    """A new signing key and new numbers: what waited goes out after the source wrote again, and is read once."""
    source = room.report(entropy(18), "before the loss")
    sync(room)
    reply(room, 1, "one")
    period(room)
    assert read(room, source) == ["one"]
    period(room)
    keyring, conversations, unsent = successor(room.vault, room.clock())
    assert (conversations, unsent) == (1, 0)
    KeyringStore(room.folder, DESK_KEY).replace(keyring)
    room.reopen()
    period(room)
    assert [one.code for one in room.engine.standing.publish] == ["key-not-listed"]
    first = room.service.twin.now + 1

    def rotate(directory: Directory) -> Directory:
        (held,) = directory.unit("north").keys
        return changed_unit(directory, "north", keys=(held, UnitKey(keyring.public, first)))

    replace_directory(room.service, rotate, 2)
    reply(room, 1, "two")
    period(room)
    assert state_of(room) == "waiting"
    room.service.send(source, "north", encode_body(Report("I am here")))
    sync(room)
    period(room)
    assert read(room, source)[-1:] == ["two"]
    texts = [one for one in room.sign_in("ada").show(1, 0).messages if isinstance(one, OfficerText)]
    assert texts[0].number == 1
    assert texts[1].number >= keyring.number_floor
