# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes into a backup of a service, running or not, and into its standby copy.

A backup is a function of what is closed: two of one day are the same bytes before they are sealed. The standby copy
holds of the open period what its units are shown at that hour, padded to a size that few reports do not change.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, replace

from dropbox.protocol.armour import ANCHOR, armour
from dropbox.protocol.constants import BLOB, ENVELOPE
from dropbox.protocol.wire import SEGMENT_HEADER
from dropbox.server.config import ServerConfig, read_anchor
from dropbox.server.ports import ClosedSegment, ObjectGone, StoredBatch, blobs_name, segment_name
from dropbox.server.store.local_objects import LocalObjects, LocalOpened
from dropbox.server.store.revision import found_revision
from dropbox.server.store.sql import SqlStore
from dropbox.server.store.take_out import ClosedState, OpenState, closed_state, open_state

from .archive import BLOBS, CLOSED, REPORTS, STANDBY, About, Item, item, zeros
from .refused import BackupRefused

LEAST_STANDBY = 64 << 20
"""Bytes of reports and files to which each standby copy is filled up: one that comes does not change its size."""
SHOWN_WITHIN = 60
"""Seconds after which the publisher shows what came until then, however large the period."""
_TRIES = 5
_PIECE = 1 << 20
_AT_ONCE = 4
NOT_BEGUN = "the service has taken nothing yet, so there is nothing to keep: publish a list of units first"


@dataclass(frozen=True)
class Spans:
    """Of the policy, in seconds."""

    period: int
    collect: int


@dataclass
class Gathered:
    """What is to be written, and the files that are open for it."""

    about: About
    items: list[Item]
    files: list[LocalOpened]

    def close(self) -> None:
        for one in self.files:
            one.close()


def _settings(config: ServerConfig) -> list[Item]:
    found = [item("server.toml", config.encode().encode())]
    found.append(item("anchor.txt", armour(ANCHOR, read_anchor(config.anchor).encode())))
    for name, path in (("brand.toml", config.brand), ("support.toml", config.support)):
        found += [item(name, path.read_bytes())] if path else []
    return found


def _listed(directories: Sequence[tuple[int, bytes]], batches: Sequence[StoredBatch]) -> list[Item]:
    found = [item(f"directories/{version}.bin", body) for version, body in directories]
    for one in batches:
        stem = f"batches/{one.unit_id.hex()}-{one.period}"
        found += [item(f"{stem}.certs", one.certs), item(f"{stem}.body", one.body)]
    return found


def _read(file: LocalOpened, start: int = 0) -> Iterator[bytes]:
    for at in range(start, file.length, _PIECE):
        yield file.read(at, min(_PIECE, file.length - at))


def _objects(objects: LocalObjects, closed: Sequence[ClosedSegment], files: list[LocalOpened]) -> list[Item]:
    """Those of closed periods, opened at once: they stay whole whatever retention removes. Raises ObjectGone."""
    names = [segment_name(one.period, True) for one in closed if one.count]
    names += [blobs_name(one.period) for one in closed if one.blobs]
    found = []
    for name in names:
        files.append(objects.open(name))
        found.append(Item(name, files[-1].length, _read(files[-1])))
    return found


def _about(kind: str, config: ServerConfig, spans: Spans, schema: str, state: ClosedState | OpenState) -> About:
    signed = read_anchor(config.anchor).anchor
    return About(
        kind=kind,
        schema=schema,
        service_id=signed.service_id.hex(),
        anchor_version=signed.version,
        list_version=state.directories[-1][0],
        period=spans.period,
        newest_closed=state.newest_closed,
        closed=state.segments if isinstance(state, ClosedState) else (),
        skips=state.skips if isinstance(state, ClosedState) else (),
        items=(),
    )


def _named(about: About, items: list[Item], files: list[LocalOpened]) -> Gathered:
    return Gathered(replace(about, items=tuple((one.name, one.size) for one in items)), items, files)


async def gather_closed(config: ServerConfig, store: SqlStore, spans: Spans) -> Gathered:
    """A backup. Raises BackupRefused where the service has not begun."""
    schema, objects = await found_revision(config.database) or "", LocalObjects(config.data_dir)
    for _ in range(_TRIES):
        state = await store.database.read(closed_state)
        if state is None or not state.directories:
            raise BackupRefused(NOT_BEGUN)
        files: list[LocalOpened] = []
        try:
            items = _settings(config) + _listed(state.directories, state.batches)
            items += _objects(objects, state.segments, files)
        except ObjectGone:
            # Retention removed a period between the two looks.
            for one in files:
                one.close()
            continue
        return _named(_about(CLOSED, config, spans, schema, state), items, files)
    raise BackupRefused("files of closed periods are missing: run `dropbox-admin doctor`, and see to the disk")


def padded(size: int, fullest: int) -> int:
    """Bytes to which a standby copy of ``size`` is filled up, where the fullest closed period had ``fullest``: twice
    that at least, and doubled as often as it takes."""
    room = max(LEAST_STANDBY, 2 * fullest)
    while room < size:
        room *= 2
    return room


def _fullest(state: ClosedState | None) -> int:
    return max((one.count * ENVELOPE + one.blobs * BLOB for one in state.segments), default=0) if state else 0


def _waiting(ids: Sequence[bytes], fetch: Callable[[Sequence[bytes]], list[bytes]]) -> Iterator[bytes]:
    for at in range(0, len(ids), _AT_ONCE):
        yield from fetch(ids[at : at + _AT_ONCE])


def _from_thread(
    loop: asyncio.AbstractEventLoop, bodies: Callable[[Sequence[bytes]], Coroutine[None, None, list[bytes]]]
) -> Callable[[Sequence[bytes]], list[bytes]]:
    """The store belongs to the loop; whoever seals waits in a thread beside it."""

    def fetch(ids: Sequence[bytes]) -> list[bytes]:
        return asyncio.run_coroutine_threadsafe(bodies(ids), loop).result()

    return fetch


async def gather_standby(
    config: ServerConfig, store: SqlStore, spans: Spans, now: float, *, stopped: bool = False
) -> Gathered | None:
    """The open period: of a running service as it is shown at this hour, of a stopped one all that waits. None where a
    period closed meanwhile."""
    schema, objects = await found_revision(config.database) or "", LocalObjects(config.data_dir)
    closed = await store.database.read(closed_state)
    if closed is None or not closed.directories:
        raise BackupRefused(NOT_BEGUN)
    state = await store.database.read(open_state, closed.newest_closed)
    files: list[LocalOpened] = []
    loop = asyncio.get_running_loop()
    if stopped:
        pieces = _waiting(state.envelope_ids, _from_thread(loop, store.bodies))
        reports = Item(REPORTS, len(state.envelope_ids) * ENVELOPE, pieces)
    else:
        reports = _shown(objects, closed.newest_closed + 1, files)
    blobs = Item(BLOBS, len(state.blob_ids) * BLOB, _waiting(state.blob_ids, _from_thread(loop, store.blobs)))
    used = reports.size + blobs.size
    filling = padded(used, _fullest(closed)) - used
    items = [*_listed(state.directories, state.batches), reports, blobs]
    items.append(Item("padding.bin", filling, zeros(filling)))
    # The publisher takes a moment to show what came, and a stopped server has nothing more to show.
    moment = int(now) if stopped else int((now - SHOWN_WITHIN) // spans.collect) * spans.collect
    about = replace(_about(STANDBY, config, spans, schema, state), shown=moment)
    found = _named(about, items, files)
    if await store.newest_closed() == closed.newest_closed:
        return found
    found.close()
    return None


def _shown(objects: LocalObjects, period: int, files: list[LocalOpened]) -> Item:
    try:
        files.append(objects.open(segment_name(period, False)))
    except ObjectGone:
        return item(REPORTS, b"")
    opened = files[-1]
    return Item(REPORTS, opened.length - SEGMENT_HEADER, _read(opened, SEGMENT_HEADER))
