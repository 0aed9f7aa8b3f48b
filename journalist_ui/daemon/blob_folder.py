# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blobs on the desk's disk: everybody's, as long as a message may still name one, and the desk's own for good.

Everybody's lie as they were served, a file a period, with the list of their ids beside it. All is read in pieces of one
blob: a period may have 2 GiB.
"""

import errno
import os
import shutil
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import Connection

from dropbox.flows.desk.requests import (
    BlobWork,
    ChunksKept,
    FinishBlobs,
    KeepChunk,
    RefuseBlobs,
    SettleBlobs,
    Steady,
)
from dropbox.local.whole_file import write_whole
from dropbox.protocol.blobs import BLOBS_HEADER, blob_id, parse_blobs_head
from dropbox.protocol.constants import BLOB, BLOBS_CHUNK, HASH
from dropbox.protocol.errors import ProtocolError
from journalist_ui.vault.database import Vault, read_meta, write_meta
from journalist_ui.vault.files import (
    NOT_BELIEVED,
    THROUGH,
    Place,
    encrypt_blob,
    keep_blob,
    refuse_file,
    settle_files,
    stored_names,
    wanted_blobs,
)
from journalist_ui.vault.places import STORED_FILES

EVERYBODYS = "blobs"
ROOM = 1 << 30
"""Bytes of disk that blobs leave free, everybody's and the desk's own: vault and keyring must always find some."""
MOST_PLACES = 4
"""Files that take a copy of one blob. To name one costs nothing, a copy lies here for good; honest files share none."""
STAMP = 0
"""The time that every file of blobs bears: of when they came nothing must show."""


def _not_believed(connection: Connection) -> tuple[int, ...]:
    return tuple(map(int, read_meta(connection, NOT_BELIEVED, "").split()))


class BlobFolder:
    """Under the desk's ``folder``."""

    def __init__(self, vault: Vault, folder: Path) -> None:
        self._vault = vault
        self._all = folder / EVERYBODYS
        self.own = folder / STORED_FILES
        self.steady: Callable[[], float] = time.monotonic
        # By period, of each blob that is still at hand: how many files took it. In memory, as their ids are.
        self._taken: defaultdict[int, Counter[bytes]] = defaultdict(Counter)

    def work(self, request: BlobWork) -> tuple[int, tuple[int, ...]] | float | None:
        """What a flow asks for. Raises OSError."""
        match request:
            case ChunksKept(period):
                return self._chunks_kept(period)
            case KeepChunk():
                return self._keep_chunk(request)
            case FinishBlobs():
                return self._finish(request)
            case SettleBlobs():
                return self._settle(request)
            case Steady():
                return self.steady()
            case RefuseBlobs(period):
                self._refuse(period)
                return None
        with self._vault.reading() as connection:
            return int(read_meta(connection, THROUGH, "0")), _not_believed(connection)

    def _refuse(self, period: int) -> None:
        with self._vault.writing() as connection:
            refused = {*_not_believed(connection), period}
            write_meta(connection, NOT_BELIEVED, " ".join(map(str, sorted(refused))))
            write_meta(connection, THROUGH, max(period, int(read_meta(connection, THROUGH, "0"))))

    def _chunks_kept(self, period: int) -> int:
        """Of others nothing is gone on with."""
        half = self._half(period)
        for other in self._all.glob("*.half"):
            if other != half:
                other.unlink()
        return half.stat().st_size // BLOBS_CHUNK if half.exists() else 0

    def _keep_chunk(self, request: KeepChunk) -> bool:
        """In its place of the period that is being fetched, which ends with it."""
        self._all.mkdir(mode=0o700, exist_ok=True)
        if shutil.disk_usage(self._all).free < ROOM + len(request.data):
            return False
        half, at = self._half(request.period), request.chunk * BLOBS_CHUNK
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600), "wb") as file:
            file.truncate(at)
            file.seek(at)
            try:
                file.write(request.data)
                file.flush()
                os.utime(file.fileno(), (STAMP, STAMP))
            except OSError:
                return False
        return True

    def _half(self, period: int) -> Path:
        return self._all / f"{period}.half"

    def _finish(self, request: FinishBlobs) -> bool:
        """Whether what was fetched is what it must be; then it is kept, where it holds any."""
        half, period = self._half(request.period), request.period
        if request.chunks:
            try:
                ids = self._ids(half, request)
            except ProtocolError:
                half.unlink()
                return False
            if ids:
                write_whole(self._all / f"{period}.ids", ids, stamp=STAMP)
                half.rename(self._all / f"{period}.bin")
        half.unlink(missing_ok=True)
        with self._vault.writing() as connection:
            refused = _not_believed(connection)
            if period in refused:
                left = (str(one) for one in refused if one != period)
                write_meta(connection, NOT_BELIEVED, " ".join(left))
            else:
                write_meta(connection, THROUGH, period)
        return True

    @staticmethod
    def _ids(path: Path, request: FinishBlobs) -> bytes:
        """Of all blobs, one after another, rising. Raises Malformed, IntakeAltered, WrongService, WrongType."""
        with path.open("rb") as file:
            head = parse_blobs_head(file.read(BLOBS_HEADER), path.stat().st_size)
            request.check(head)
            found = bytearray()
            for _ in range(head.count):
                one = blob_id(file.read(BLOB))
                request.check_order(bytes(found[-HASH:]), one)
                found += one
            os.fsync(file.fileno())
        return bytes(found)

    def _settle(self, request: SettleBlobs) -> bool:
        """Take what messages name out of everybody's, let go of what nobody can name any more. False where the disk
        took no more: then it is tried again."""
        try:
            self._take_own()
        except OSError:
            return False
        with self._vault.writing() as connection:
            # What may lie in a period that was not believed is waited for.
            through = min([int(read_meta(connection, THROUGH, "0")), *(one - 1 for one in _not_believed(connection))])
            settle_files(connection, through, takes=request.takes)
            known = stored_names(connection)
        for period in self._periods():
            if period + request.behind <= request.processed or not request.takes:
                for ending in ("bin", "ids"):
                    (self._all / f"{period}.{ending}").unlink(missing_ok=True)
                self._taken.pop(period, None)
        self._forget_others(known)
        for folder in (self._all, self.own):
            if folder.is_dir():
                os.utime(folder, (STAMP, STAMP))
        return True

    def _take_own(self) -> None:
        with self._vault.reading() as connection:
            wanted = wanted_blobs(connection)
        for period in self._periods():
            for at, one in enumerate(self._read_ids(period)):
                for place in wanted.pop(one, []):
                    if self._taken[period][one] >= MOST_PLACES:
                        with self._vault.writing() as connection:
                            refuse_file(connection, place)
                        continue
                    self._take(place, self._read(period, at))
                    self._taken[period][one] += 1

    def _take(self, place: Place, blob: bytes) -> None:
        """Raises OSError, also where nothing would be left of the room that must be free."""
        stored = encrypt_blob(place, blob, self._vault.random)
        self.own.mkdir(mode=0o700, exist_ok=True)
        if shutil.disk_usage(self.own).free < ROOM + len(stored.data):
            raise OSError(errno.ENOSPC, "no room for files")
        write_whole(self.own / stored.name, stored.data, stamp=STAMP)
        with self._vault.writing() as connection:
            keep_blob(connection, place, stored)

    def _forget_others(self, known: set[str]) -> None:
        """What a crash left, and what belonged to what is gone."""
        if self.own.is_dir():
            for path in self.own.iterdir():
                if path.name not in known:
                    path.unlink()

    def _periods(self) -> list[int]:
        """Whose blobs are here, the oldest first."""
        return sorted(int(path.stem) for path in self._all.glob("*.bin")) if self._all.is_dir() else []

    def _read_ids(self, period: int) -> Iterator[bytes]:
        ids = (self._all / f"{period}.ids").read_bytes()
        return (ids[at : at + HASH] for at in range(0, len(ids), HASH))

    def _read(self, period: int, at: int) -> bytes:
        with (self._all / f"{period}.bin").open("rb") as file:
            file.seek(BLOBS_HEADER + at * BLOB)
            return file.read(BLOB)
