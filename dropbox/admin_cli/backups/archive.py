# SPDX-License-Identifier: AGPL-3.0-or-later
"""The inside of a backup: a tar of few plain files, whose first, ``about.json``, names every other and its size.

Nothing in it bears a time, an owner or an order but its own: the same state is the same bytes.
"""

import json
import re
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

from dropbox.server.ports import ClosedSegment

from .refused import BackupRefused

LAYOUT = 1
"""How it is laid out; a release that writes another layout counts it up."""
CLOSED, STANDBY = "closed", "standby"
ABOUT = "about.json"
REPORTS, BLOBS = "waiting/envelopes.bin", "waiting/blobs.bin"
_LARGEST_ABOUT = 1 << 24
_BLOCK = tarfile.BLOCKSIZE
_NAME = re.compile(
    r"(server|brand|support)\.toml|anchor\.txt|directories/[0-9]{1,10}\.bin"
    r"|batches/[0-9a-f]{32}-[0-9]{1,10}\.(certs|body)|(segments|blobs)/[0-9]{1,10}\.bin|waiting/(envelopes|blobs)\.bin"
    r"|padding\.bin"
)
_PIECE = 1 << 20


@dataclass(frozen=True)
class About:
    """What a backup says of itself. ``shown``: of a standby copy, the moment whose reports it holds, in unix seconds, a
    whole multiple of the policy's ``collect``."""

    kind: str
    schema: str
    service_id: str
    anchor_version: int
    list_version: int
    period: int
    newest_closed: int
    closed: tuple[ClosedSegment, ...]
    skips: tuple[tuple[int, int], ...]
    items: tuple[tuple[str, int], ...]
    shown: int = 0
    layout: int = LAYOUT

    @property
    def open_period(self) -> int:
        return self.newest_closed + 1

    def encode(self) -> bytes:
        """A JSON object of the fields."""
        rows = [[one.period, one.count, one.root.hex(), one.blobs] for one in self.closed]
        return json.dumps({**asdict(self), "closed": rows}, sort_keys=True).encode()


def parse_about(data: bytes) -> About:
    """Raises BackupRefused where it is of another layout, or is none."""
    try:
        found = json.loads(data)
        if isinstance(found, dict) and found.get("layout") != LAYOUT:
            raise BackupRefused("a release that lays backups out otherwise wrote it: use that release")
        rows = [ClosedSegment(int(a), int(b), bytes.fromhex(c), int(d)) for a, b, c, d in found.pop("closed")]
        skips = tuple((int(a), int(b)) for a, b in found.pop("skips"))
        items = tuple((str(a), int(b)) for a, b in found.pop("items"))
        about = About(closed=tuple(rows), skips=skips, items=items, **found)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise BackupRefused("it does not say what is in it: it is no backup of a server") from None
    _check(about)
    return about


def _check(about: About) -> None:
    wanted = {name: type(getattr(about, name)) for name in ("schema", "service_id", "kind")}
    numbers = (about.anchor_version, about.list_version, about.period, about.newest_closed, about.shown)
    names = [name for name, _ in about.items]
    sound = (
        set(wanted.values()) == {str}
        and all(type(one) is int and one >= 0 for one in numbers)
        and about.period > 0
        and about.kind in (CLOSED, STANDBY)
        and re.fullmatch(r"[0-9a-f]{32}", about.service_id)
        and re.fullmatch(r"[0-9]{4}|", about.schema)
        and all(_NAME.fullmatch(name) and size >= 0 for name, size in about.items)
        and len(set(names)) == len(names)
    )
    if not sound:
        raise BackupRefused("what it says of itself cannot be: it is no backup of a server")


@dataclass(frozen=True)
class Item:
    """A file of a backup that is written: exactly ``size`` bytes in pieces."""

    name: str
    size: int
    pieces: Iterable[bytes]


def item(name: str, data: bytes) -> Item:
    """One that is in memory."""
    return Item(name, len(data), (data,))


def _block(name: str, size: int) -> bytes:
    found = tarfile.TarInfo(name)
    found.size, found.mode = size, 0o600
    return found.tobuf(tarfile.GNU_FORMAT)


def pack(about: About, items: Iterable[Item]) -> Iterator[bytes]:
    """A whole archive in pieces. Raises ValueError when an item has another size than it said."""
    first = about.encode()
    for one in (item(ABOUT, first), *items):
        yield _block(one.name, one.size)
        given = 0
        for piece in one.pieces:
            given += len(piece)
            yield piece
        if given != one.size:
            raise ValueError(f"{one.name} changed while it was read")
        yield bytes(-given % _BLOCK)
    yield bytes(2 * _BLOCK)


class Unpacked:
    """An archive that is read from its beginning: ``about``, then each item, in order, once."""

    def __init__(self, stream: BinaryIO) -> None:
        try:
            self._tar = tarfile.open(fileobj=stream, mode="r|")  # noqa: SIM115 - of a stream, nothing to close
            member = self._tar.next()
        except (tarfile.TarError, ValueError):
            raise BackupRefused("it is no backup of a server, or is cut short") from None
        if member is None or member.name != ABOUT or not member.isreg() or member.size > _LARGEST_ABOUT:
            raise BackupRefused("it is no backup of a server")
        self.about = parse_about(self._file(member).read())

    def _file(self, member: tarfile.TarInfo) -> Any:
        found = self._tar.extractfile(member)
        if found is None:
            raise BackupRefused("it is no backup of a server")
        return found

    def items(self) -> Iterator[tuple[str, int, Any]]:
        """Name, size and a file to read it from. Raises BackupRefused unless all are there that ``about`` names."""
        try:
            for name, size in self.about.items:
                member = self._tar.next()
                if member is None or (member.name, member.size) != (name, size) or not member.isreg():
                    raise BackupRefused(f"{name} is not in it as it should be: it is altered, or cut short")
                yield name, size, self._file(member)
            if self._tar.next() is not None:
                raise BackupRefused("it holds more than it says: it is altered")
        except (tarfile.TarError, ValueError):
            raise BackupRefused("it is cut short or altered: take the one before it") from None


def read_whole(file: Any, size: int) -> bytes:
    """Raises BackupRefused when the file ends before."""
    data: bytes = file.read(size)
    if len(data) != size:
        raise BackupRefused("it is cut short: take the one before it")
    return data


def in_pieces(file: Any, size: int) -> Iterator[bytes]:
    """An item's bytes. Raises BackupRefused when it ends before."""
    while size:
        piece = read_whole(file, min(_PIECE, size))
        size -= len(piece)
        yield piece


def zeros(size: int) -> Iterator[bytes]:
    """So many."""
    while size:
        step = min(_PIECE, size)
        size -= step
        yield bytes(step)
