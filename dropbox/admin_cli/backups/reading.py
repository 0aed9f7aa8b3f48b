# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opening a backup: each part is checked on its way to wherever it goes, and nothing counts before the last.

Whoever has the recipient can seal a file to it, so a backup proves itself by what is signed in it: anchor, list and
batches. Reports and files are proved by their ids, settings by nobody: a person reads those.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from dropbox.protocol.anchor_file import parse_anchor_file
from dropbox.protocol.anchors import Anchor
from dropbox.protocol.batches import UnitBoard
from dropbox.protocol.blobs import BLOBS_HEADER, parse_blobs_head
from dropbox.protocol.constants import BLOB, ENVELOPE
from dropbox.protocol.directory import VerifiedDirectory, parse_signed_directory, verify_directory
from dropbox.protocol.errors import ProtocolError, WrongVersion
from dropbox.protocol.proofs import prove_unit
from dropbox.protocol.units import BoardPlace
from dropbox.protocol.wire import SEGMENT_HEADER, SegmentIds, parse_segment_head
from dropbox.server.ports import StoredBatch

from . import age
from .archive import BLOBS, CLOSED, REPORTS, STANDBY, About, Unpacked, in_pieces, read_whole
from .refused import BackupRefused

_LARGEST_PART = 64 << 20
"""Bytes of what is held in memory: settings, a list, a batch."""
_AT_ONCE = {ENVELOPE: 64, BLOB: 4}


class Sink(Protocol):
    """Where the parts of a backup go."""

    async def begin(self, about: About) -> None: ...
    async def settings(self, name: str, data: bytes) -> None: ...
    async def directory(self, version: int, body: bytes) -> None: ...
    async def batch(self, batch: StoredBatch) -> None: ...
    async def object(self, name: str, pieces: AsyncIterator[bytes], stamp: int) -> None: ...
    async def closed_ids(self, period: int, ids: Sequence[bytes], of_blobs: bool) -> None: ...
    async def waiting(self, period: int, bodies: Sequence[bytes], of_blobs: bool) -> None: ...


class Nowhere:
    """For whoever only looks."""

    async def begin(self, about: About) -> None:
        """Nothing."""

    async def settings(self, name: str, data: bytes) -> None:
        """Nothing."""

    async def directory(self, version: int, body: bytes) -> None:
        """Nothing."""

    async def batch(self, batch: StoredBatch) -> None:
        """Nothing."""

    async def object(self, name: str, pieces: AsyncIterator[bytes], stamp: int) -> None:
        async for _ in pieces:
            pass

    async def closed_ids(self, period: int, ids: Sequence[bytes], of_blobs: bool) -> None:
        """Nothing."""

    async def waiting(self, period: int, bodies: Sequence[bytes], of_blobs: bool) -> None:
        """Nothing."""


@dataclass
class Summary:
    """What was in one: of a standby copy what waits. ``units`` is None where the list is of an earlier form."""

    about: About
    reports: int = 0
    blobs: int = 0
    batches: int = 0
    units: int | None = None
    settings: dict[str, bytes] = field(default_factory=dict)


@dataclass
class _Reading:
    about: About
    pinned: Anchor | None
    sink: Sink
    found: Summary
    listed: VerifiedDirectory | None = None
    certs: bytes = b""

    async def take(self, name: str, size: int, file: Any) -> None:
        """One part. Raises BackupRefused, ProtocolError."""
        kind, _, rest = name.partition("/")
        if name in (REPORTS, BLOBS):
            await self._waiting(size, file, ENVELOPE if name == REPORTS else BLOB)
        elif kind in ("segments", "blobs"):
            await self._closed(name, int(rest.removesuffix(".bin")), size, file)
        elif name == "padding.bin":
            for _ in in_pieces(file, size):
                pass
        elif size > _LARGEST_PART:
            raise BackupRefused(f"{name} is larger than it can be: it is altered")
        else:
            await self._held(kind, rest, read_whole(file, size))

    async def _held(self, kind: str, rest: str, data: bytes) -> None:
        if kind == "directories":
            self._verify(data)
            await self.sink.directory(int(rest.removesuffix(".bin")), data)
        elif kind == "batches" and rest.endswith(".certs"):
            self.certs = data
        elif kind == "batches":
            unit, _, period = rest.removesuffix(".body").partition("-")
            batch = StoredBatch(bytes.fromhex(unit), int(period), self.certs, data)
            self._prove(batch)
            self.found.batches += 1
            await self.sink.batch(batch)
        else:
            if kind == "anchor.txt":
                self._same_service(data)
            self.found.settings[kind] = data
            await self.sink.settings(kind, data)

    def _same_service(self, data: bytes) -> None:
        inside = parse_anchor_file(data).anchor
        if self.pinned is not None and inside.service_id != self.pinned.service_id:
            raise BackupRefused("it is of another service than the anchor: take this service's own anchor, or backup")

    def _verify(self, data: bytes) -> None:
        """The lists come in order, so that the last is the one that counts."""
        if self.pinned is None:
            return
        try:
            self.listed = verify_directory(self.pinned, parse_signed_directory(data))
            self.found.units = len(self.listed.directory.units)
        except WrongVersion:
            self.listed = self.found.units = None
        except ProtocolError as error:
            raise BackupRefused(
                f"its list of units was not signed by the roots of the anchor ({error}): it is of another service, or "
                "altered"
            ) from None

    def _prove(self, batch: StoredBatch) -> None:
        """Against the list, where it is of a unit that stands in it, and of today's form."""
        upload = batch.upload() if self.listed is not None else None
        if self.listed is None or upload is None:
            return
        for place in self.listed.directory.places():
            if place.unit.unit_id == batch.unit_id:
                part = UnitBoard(batch.unit_id, upload.batch)
                try:
                    prove_unit(self.listed.service_id, BoardPlace(place.unit), part, upload.rows)
                except ProtocolError as error:
                    raise BackupRefused(f"the batch of {place.unit.slug} in it is altered ({error})") from None

    async def _closed(self, name: str, period: int, size: int, file: Any) -> None:
        row = next((one for one in self.about.closed if one.period == period), None)
        of_blobs = name.startswith("blobs/")
        head = read_whole(file, BLOBS_HEADER if of_blobs else SEGMENT_HEADER)
        if of_blobs:
            some = parse_blobs_head(head, size)
            said, each = (some.service_id, some.period, some.count), BLOB
        else:
            one = parse_segment_head(head, size)
            said, each = (one.service_id, one.period, one.count), ENVELOPE
        count = 0 if row is None else row.blobs if of_blobs else row.count
        if said != (bytes.fromhex(self.about.service_id), period, count) or not count:
            raise BackupRefused(f"{name} is not what it says: it is altered")
        ids = SegmentIds()

        async def pieces() -> AsyncIterator[bytes]:
            yield head
            for joined in _joined(file, count, each):
                for at in range(0, len(joined), each):
                    ids.take(joined[at : at + each])
                yield joined

        await self.sink.object(name, pieces(), period * self.about.period)
        if row is not None and not of_blobs and ids.root != row.root:
            raise BackupRefused(f"{name} holds other reports than its period brought: it is altered")
        self.found.blobs += count if of_blobs else 0
        self.found.reports += 0 if of_blobs else count
        await self.sink.closed_ids(period, list(ids), of_blobs)

    async def _waiting(self, size: int, file: Any, each: int) -> None:
        count, rest = divmod(size, each)
        if rest:
            raise BackupRefused("what waits in it is cut: it is altered")
        for joined in _joined(file, count, each):
            bodies = [joined[at : at + each] for at in range(0, len(joined), each)]
            await self.sink.waiting(self.about.open_period, bodies, each == BLOB)
        self.found.blobs += count if each == BLOB else 0
        self.found.reports += count if each == ENVELOPE else 0


def _joined(file: Any, count: int, each: int) -> Iterable[bytes]:
    while count:
        step = min(_AT_ONCE[each], count)
        count -= step
        yield read_whole(file, step * each)


def _whole(about: About) -> bool:
    """Whether a backup of closed periods names all that they brought."""
    names = {name for name, _ in about.items}
    wanted = {f"segments/{one.period}.bin" for one in about.closed if one.count}
    wanted |= {f"blobs/{one.period}.bin" for one in about.closed if one.blobs}
    return wanted <= names and {"server.toml", "anchor.txt"} <= names


async def take_in(path: Path, identity: age.Identity, kind: str, pinned: Anchor | None, sink: Sink) -> Summary:
    """Read one from its beginning to its end; its parts go to the ``sink``. Raises BackupRefused, OSError."""
    with age.opened(path, identity) as stream:
        try:
            unpacked = Unpacked(stream)
            about = unpacked.about
            if about.kind != kind or (kind == CLOSED and not _whole(about)):
                raise BackupRefused(f"it is no {'backup' if kind == CLOSED else 'standby copy'}, or not all of one")
            if pinned is not None and about.service_id != pinned.service_id.hex():
                raise BackupRefused(
                    "it is of another service than the anchor: take this service's own anchor, or backup"
                )
            await sink.begin(about)
            reading = _Reading(about, pinned, sink, Summary(about))
            for name, size, file in unpacked.items():
                await reading.take(name, size, file)
        except ProtocolError as error:
            raise BackupRefused(f"{path.name}: a part of it is altered ({error})") from None
        except BackupRefused as error:
            raise BackupRefused(f"{path.name}: {error.message}") from None
    return reading.found


__all__ = ["CLOSED", "STANDBY", "Nowhere", "Sink", "Summary", "take_in"]
