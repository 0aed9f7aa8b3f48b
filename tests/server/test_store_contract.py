# SPDX-License-Identifier: AGPL-3.0-or-later
"""One contract for the store; the twin in memory, SQLite and PostgreSQL all keep it."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from dropbox.protocol.primitives import sha256
from dropbox.server.ports import ClosedSegment, Store, StoreBusy, StoredBatch
from dropbox.server.store import operations
from dropbox.server.store.open_database import open_database
from dropbox.server.store.revision import NEEDED
from dropbox.server.store.schema import newest_migration, upgrade
from dropbox.server.store.sql import SqlStore, open_store
from dropbox.server.store.tables import METADATA, OPEN_ENVELOPES

CAP = 1_000


def envelope(number: int) -> tuple[bytes, bytes]:
    body = number.to_bytes(4, "big") * 4_096
    return sha256(body), body


class Contract:
    """What every store must do; a subclass provides the fixture ``store``."""

    async def test_an_envelope_is_kept_once_and_keeps_its_period(self, store: Store) -> None:
        """The same envelope again, open or closed, answers the period of its first time."""
        await store.begin(10)
        one, body = envelope(1)
        assert await store.put(one, body, 10, CAP) == 10
        assert await store.put(one, body, 11, CAP) == 10
        assert await store.open_ids(10) == [one]
        assert await store.bodies([one]) == [body]
        await store.seal(10)
        await store.close(ClosedSegment(10, 1, b"r" * 32))
        assert await store.put(one, body, 12, CAP) == 10
        assert await store.waiting_periods() == []

    async def test_many_at_once_are_all_kept(self, store: Store) -> None:
        """700 envelopes and their repeats, sent at once, are each kept once, in the order of ids."""
        await store.begin(10)
        sent = [envelope(number) for number in range(700)]
        periods = await asyncio.gather(*(store.put(*one, 10, CAP) for one in [*sent, *sent[:50]]))
        assert set(periods) == {10}
        ids = await store.open_ids(10)
        assert ids == sorted(one for one, _ in sent)
        assert await store.bodies(ids[:64]) == [dict(sent)[one] for one in ids[:64]]

    async def test_a_sealed_period_takes_nothing_more(self, store: Store) -> None:
        """An envelope for a sealed period goes into the first one that is not; seals never go back."""
        await store.begin(10)
        await store.seal(12)
        await store.seal(11)
        assert await store.put(*envelope(1), 10, CAP) == 13

    async def test_the_cap_refuses_new_ones_and_answers_known_ones(self, store: Store) -> None:
        """Beyond the cap nothing is stored; an envelope that is in gets its receipt all the same."""
        await store.begin(10)
        for number in range(3):
            await store.put(*envelope(number), 10, 3)
        with pytest.raises(StoreBusy):
            await store.put(*envelope(3), 10, 3)
        assert await store.put(*envelope(2), 10, 3) == 10
        assert len(await store.open_ids(10)) == 3
        assert await store.put(*envelope(3), 11, 3) == 11

    async def test_closing_moves_ids_and_keeps_the_next_period(self, store: Store) -> None:
        """Closing one period touches no envelope of the next, and leaves row and ids behind."""
        await store.begin(10)
        old, new = envelope(1), envelope(2)
        await store.put(*old, 10, CAP)
        await store.put(*new, 11, CAP)
        await store.seal(10)
        segment = ClosedSegment(10, 1, b"r" * 32)
        await store.close(segment)
        await store.scrub()
        assert await store.segment(10) == segment
        assert await store.newest_closed() == await store.oldest_closed() == 10
        assert await store.filled_periods() == [10]
        assert await store.waiting_periods() == [11]
        assert await store.bodies([new[0]]) == [new[1]]

    async def test_empty_periods_close_together_unless_one_is_not(self, store: Store) -> None:
        """Nothing changes when any of the periods holds an envelope."""
        await store.begin(10)
        assert await store.newest_closed() == 9
        await store.put(*envelope(1), 12, CAP)
        assert not await store.close_empty(10, 12)
        assert await store.newest_closed() == 9
        assert await store.close_empty(10, 11)
        assert await store.newest_closed() == 11
        assert await store.segment(11) == ClosedSegment(11, 0, sha256(b""))
        assert await store.put(*envelope(2), 10, CAP) == 12

    async def test_begin_counts_once(self, store: Store) -> None:
        """A second begin changes nothing; a sealed period is not a closed one."""
        assert await store.newest_closed() is None
        await store.begin(10)
        await store.begin(20)
        assert await store.newest_closed() == 9
        await store.seal(10)
        assert await store.newest_closed() == 9

    async def test_carried_envelopes_change_their_period(self, store: Store) -> None:
        """What waited too long is found in the period it was carried to, and nowhere else."""
        await store.begin(10)
        await store.put(*envelope(1), 10, CAP)
        await store.put(*envelope(2), 15, CAP)
        await store.carry(14, 19)
        assert await store.waiting_periods() == [15, 19]

    async def test_dropped_segments_are_forgotten_with_their_ids(self, store: Store) -> None:
        """After retention neither row nor id is left; the envelope counts as new."""
        await store.begin(10)
        one = envelope(1)
        await store.put(*one, 10, CAP)
        await store.seal(10)
        await store.close(ClosedSegment(10, 1, b"r" * 32))
        await store.close_empty(11, 12)
        assert await store.drop_segments(12) == [10, 11]
        assert await store.segment(10) is None
        assert await store.oldest_closed() == 12
        assert await store.put(*one, 13, CAP) == 13

    async def test_closes_are_taken_back_at_once(self, store: Store) -> None:
        """Rows, ids and seals from a period on go; what they held waits in that period, as does what waited later; what
        lies before stays."""
        await store.begin(10)
        (old, old_body), (ahead, ahead_body), (late, late_body) = (envelope(number) for number in (1, 2, 3))
        await store.put(old, old_body, 10, CAP)
        await store.seal(10)
        await store.close(ClosedSegment(10, 1, b"r" * 32))
        await store.put(ahead, ahead_body, 40, CAP)
        await store.seal(40)
        await store.close(ClosedSegment(40, 1, b"r" * 32))
        await store.close_empty(41, 44)
        await store.put(late, late_body, 45, CAP)
        await store.note_skip(40, 29)
        await store.note_skip(11, 1)
        await store.take_back(11, iter([ahead_body]))
        assert await store.newest_closed() == 10
        assert await store.open_ids(11) == sorted([ahead, late])
        assert await store.bodies([ahead]) == [ahead_body]
        assert await store.skips() == [(11, 1)]
        assert await store.put(old, old_body, 11, CAP) == 10
        assert await store.put(*envelope(4), 5, CAP) == 11
        await store.seal(11)
        await store.close(ClosedSegment(11, 3, b"r" * 32))
        assert await store.put(ahead, ahead_body, 12, CAP) == 11
        await store.take_back(3, iter([old_body, ahead_body, late_body]))
        assert await store.newest_closed() == 2
        assert await store.waiting_periods() == [3]

    async def test_skips_go_with_what_they_concern(self, store: Store) -> None:
        """They are told ascending, once each, and forgotten when nothing before them is kept."""
        await store.begin(10)
        await store.close_empty(10, 30)
        for opened, skipped in ((25, 3), (20, 9), (25, 7)):
            await store.note_skip(opened, skipped)
        assert await store.skips() == [(20, 9), (25, 3)]
        await store.drop_segments(20)
        assert await store.skips() == [(25, 3)]

    async def test_a_confirmation_is_the_last_one(self, store: Store) -> None:
        """One at a time, and none when it is taken away."""
        assert await store.confirmed() is None
        for period in (7, 8, 8, None):
            await store.confirm(period)
            assert await store.confirmed() == period

    async def test_batches_keep_their_order(self, store: Store) -> None:
        """Oldest first; a period is taken once; so many of the newest are kept."""
        unit = b"u" * 16
        for period in (5, 6, 7):
            assert await store.add_batch(StoredBatch(unit, period, b"certs", b"body %d" % period))
        assert not await store.add_batch(StoredBatch(unit, 7, b"other", b"other"))
        assert await store.add_batch(StoredBatch(b"v" * 16, 6, b"certs", b"theirs"))
        newest = await store.newest_batches(unit, 2)
        assert newest == [StoredBatch(unit, 6, b"certs", b"body 6"), StoredBatch(unit, 7, b"certs", b"body 7")]
        assert await store.batch(unit, 5) == StoredBatch(unit, 5, b"certs", b"body 5")
        await store.trim_batches(2)
        assert await store.batch(unit, 5) is None
        assert [await store.has_batch(unit, period) for period in (5, 6)] == [False, True]
        assert len(await store.newest_batches(unit, 9)) == 2
        assert len(await store.newest_batches(b"v" * 16, 9)) == 1

    async def test_directories_only_go_forward(self, store: Store) -> None:
        """An older or equal version is not kept; the newest two are."""
        assert await store.newest_directory_version() is None
        assert await store.add_directory(3, b"three")
        assert not await store.add_directory(3, b"again")
        assert not await store.add_directory(2, b"two")
        assert await store.add_directory(5, b"five")
        assert await store.add_directory(6, b"six")
        assert await store.newest_directory_version() == 6
        assert await store.newest_directories(9) == [b"six", b"five"]

    async def test_a_closed_store_takes_nothing(self, store: Store) -> None:
        """After the end every envelope is refused, not lost."""
        await store.begin(10)
        await store.close_store()
        with pytest.raises(StoreBusy):
            await store.put(*envelope(1), 10, CAP)


class TestSqlite(Contract):
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        url = f"sqlite:///{tmp_path}/server.sqlite"
        upgrade(url)
        return url

    @pytest.fixture
    async def store(self, url: str) -> AsyncIterator[Store]:
        store = open_store(url)
        yield store
        await store.close_store()

    async def test_blobs_are_kept_once_and_close_with_their_period(self, store: Store) -> None:
        """A repeat answers the first period, open or closed; the cap refuses new ones alone; the next period stays."""
        await store.begin(10)
        one, two, three = map(sha256, (b"1", b"2", b"3"))
        assert await store.put_blob(one, b"1", 10, 2) == 10
        assert await store.put_blob(one, b"1", 11, 2) == 10
        assert await store.put_blob(two, b"2", 10, 2) == 10
        with pytest.raises(StoreBusy):
            await store.put_blob(three, b"3", 10, 2)
        assert await store.put_blob(three, b"3", 11, 2) == 11
        assert await store.blobs(await store.blob_ids(10)) == [body for _, body in sorted([(one, b"1"), (two, b"2")])]
        assert not await store.close_empty(10, 10)
        assert await store.waiting_periods() == [10, 11]
        await store.seal(10)
        await store.close(ClosedSegment(10, 0, b"r" * 32, 2))
        assert (await store.blob_periods(), await store.waiting_blobs(10), await store.waiting_blobs(11)) == (
            [10],
            0,
            1,
        )
        assert await store.kept_blob(two) == 10
        assert await store.put_blob(one, b"1", 12, 2) == 10
        await store.take_back(10, iter(()), iter([b"1", b"2"]))
        assert await store.waiting_blobs(10) == 3
        await store.carry(11, 12)
        assert await store.waiting_periods() == [12]
        await store.seal(12)
        await store.close(ClosedSegment(12, 0, b"r" * 32, 3))
        await store.drop_segments(13)
        assert await store.kept_blob(one) is None

    async def test_one_bad_row_fails_alone(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        """Of a group that the database refuses, the good ones are stored and the bad one alone gets the error."""
        await store.begin(10)
        good = [envelope(number) for number in range(5)]
        bad = sha256(b"bad"), None
        jobs = [store.put(*one, 10, CAP) for one in [*good[:3], bad, *good[3:]]]
        answers = await asyncio.gather(*jobs, return_exceptions=True)
        assert [answer for answer in answers if answer == 10] == [10] * 5
        assert isinstance(answers[3], Exception)
        assert await store.open_ids(10) == sorted(one for one, _ in good)

    async def test_closing_the_store_finishes_what_was_accepted(self, store: Store, url: str) -> None:
        """Envelopes that wait when the server stops are on the disk afterwards."""
        await store.begin(10)
        jobs = [asyncio.create_task(store.put(*envelope(number), 10, CAP)) for number in range(100)]
        await asyncio.sleep(0)
        await store.close_store()
        assert await asyncio.gather(*jobs) == [10] * 100
        again = open_store(url)
        assert len(await again.open_ids(10)) == 100
        await again.close_store()

    async def test_the_queue_is_bounded(self, store: Store) -> None:
        """More than the queue holds is refused at once, and what was taken is kept."""
        await store.begin(10)
        jobs = [store.put(*envelope(number), 10, 5_000) for number in range(1_500)]
        answers = await asyncio.gather(*jobs, return_exceptions=True)
        refused = [answer for answer in answers if isinstance(answer, StoreBusy)]
        assert refused
        assert len(await store.open_ids(10)) == 1_500 - len(refused)

    def test_no_row_number_is_kept(self) -> None:
        """The tables of envelopes have no hidden row number, which would tell the order of arrival."""
        assert OPEN_ENVELOPES.dialect_options["sqlite"]["with_rowid"] is False


class TestPostgres(Contract):
    @pytest.fixture
    async def store(self, postgres_url: str) -> AsyncIterator[Store]:
        await asyncio.to_thread(upgrade, postgres_url)
        store = open_store(postgres_url)
        yield store
        await store.close_store()

    async def test_one_server_to_a_database(self, store: SqlStore, postgres_url: str) -> None:
        """The claim of one server keeps another out until it ends."""
        other = open_store(postgres_url)
        assert await store.database.claim()
        assert not await other.database.claim()
        await other.close_store()
        await store.close_store()
        third = open_store(postgres_url)
        assert await third.database.claim()
        await third.close_store()

    async def test_an_envelope_that_comes_again_while_its_segment_closes(self, store: SqlStore) -> None:
        """The writer waits for the closing and then finds the envelope in its segment: it is not kept twice."""
        await store.begin(10)
        one, body = envelope(1)
        await store.put(one, body, 10, CAP)
        await store.put(*envelope(2), 11, CAP)  # the count of period 11 is known: the next one takes the short way
        await store.seal(10)
        closing, held = threading.Event(), threading.Event()

        def close_slowly(connection: Connection) -> None:
            operations.close(connection, ClosedSegment(10, 1, b"r" * 32))
            closing.set()

        async def close() -> None:
            engine = store.database._engine  # type: ignore[attr-defined]  # a transaction kept open by hand
            async with engine.begin() as connection:
                await connection.run_sync(close_slowly)
                await asyncio.to_thread(held.wait)

        closed = asyncio.create_task(close())
        await asyncio.to_thread(closing.wait)
        again = asyncio.create_task(store.put(one, body, 11, CAP))
        await asyncio.sleep(0.2)
        assert not again.done()
        held.set()
        await closed
        assert await again == 10
        assert await store.waiting_periods() == [11]
        assert await store.open_ids(11) == [envelope(2)[0]]


def test_the_server_needs_the_newest_migration() -> None:
    """What `serve` asks of a database is what `dropbox-admin init` makes of it."""
    assert newest_migration() == NEEDED


async def test_the_migrations_make_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    """No table or column stands in only one of the two."""
    url = f"sqlite:///{tmp_path}/x.sqlite"
    await asyncio.to_thread(upgrade, url)
    database = open_database(url)
    assert (
        await database.read(lambda connection: compare_metadata(MigrationContext.configure(connection), METADATA)) == []
    )
    await database.dispose()
