# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which batches are accepted for the board, and how an upload is answered."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from dropbox.http_edge.answers import BINARY, Answer
from dropbox.protocol.anchors import read_slice, verify_head
from dropbox.protocol.batches import Upload, parse_upload, upload_size
from dropbox.protocol.constants import EPOCH_CERT, SIGNATURE
from dropbox.protocol.encoding import Reader
from dropbox.protocol.errors import BatchAltered, CertMismatch, Malformed, ManifestUnproved, ProtocolError
from dropbox.protocol.index import parse_index
from dropbox.protocol.manifests import (
    MANIFEST_LONGEST,
    NO_HASH,
    Manifest,
    check_certs,
    parse_manifest,
    verify_manifest,
)
from dropbox.protocol.primitives import sha256
from dropbox.protocol.rows import check_rows, rows_root
from dropbox.protocol.units import Unit
from dropbox.protocol.wire import encode_answer
from dropbox.server.ports import BoardStore, StoredBatch

from .admission import check_binary, read_body
from .error_answers import Refused
from .shelf import Shelf

_CERTS = 2 * EPOCH_CERT
UPLOAD_FRONT = _CERTS + 4 + MANIFEST_LONGEST + SIGNATURE
"""Bytes of an upload that hold its certificates, its manifest and the signature, and perhaps a little more."""
CONFLICT = 409


class Batches:
    """``POST /v1/batches``."""

    def __init__(
        self,
        store: BoardStore,
        shelf: Shelf,
        period: Callable[[], int],
        show_first: Callable[[], Awaitable[None]],
    ) -> None:
        """``show_first`` has the board made anew at once, for a unit that has had no batch yet."""
        self._store = store
        self._shelf = shelf
        self._period = period
        self._show_first = show_first
        self._one_at_a_time = asyncio.Lock()
        self._uploading: set[bytes] = set()

    async def post_batch(self, request: web.BaseRequest) -> Answer:
        """Durable before the answer; the same bytes again get the same answer, other bytes the stored batch."""
        length = check_binary(request)
        if length > upload_size(*self._shelf.listed.largest()):
            raise Refused("too-large")
        if not self._shelf.takes:
            raise Refused("try-later")
        front = await read_body(request, min(length, UPLOAD_FRONT))
        slot = await self._slot(front)
        if slot in self._uploading:
            raise Refused("try-later")
        self._uploading.add(slot)
        try:
            body = front + await read_body(request, length - len(front))
        finally:
            self._uploading.discard(slot)
        upload, manifest = await asyncio.to_thread(self.check, body)
        async with self._one_at_a_time:
            return await self._keep(upload, manifest)

    async def _slot(self, front: bytes) -> bytes:
        """Whose place the rest of an upload takes: one for each unit, and one for the repeats of each, which anybody
        can send who has read the board. What no unit signed takes none. Raises Refused."""
        try:
            reader = Reader(front, "upload")
            reader.take(_CERTS)
            body, signature = read_slice(reader, MANIFEST_LONGEST), reader.take(SIGNATURE)
            unit = self._unit(parse_manifest(body).unit_id)
            manifest = verify_manifest(self._shelf.ready.service_id, unit, body, signature)
        except ManifestUnproved:
            raise Refused("unsigned") from None
        except ProtocolError:
            raise Refused("malformed") from None
        old = manifest.period < self._period() - 1
        repeat = old or await self._store.has_batch(manifest.unit_id, manifest.period)
        return manifest.unit_id + (b"again" if repeat else b"")

    def _unit(self, unit_id: bytes) -> Unit:
        place = self._shelf.listed.place(unit_id)
        if place is None:
            raise Refused("unsigned")
        return place.unit

    def check(self, body: bytes) -> tuple[Upload, Manifest]:
        """All that can be said without looking at the store. Raises Refused."""
        try:
            upload = parse_upload(body)
            batch = upload.batch
            unit_id = parse_manifest(batch.manifest).unit_id
        except Malformed:
            raise Refused("malformed") from None
        unit, place = self._unit(unit_id), self._shelf.listed.place(unit_id)
        try:
            manifest = verify_manifest(self._shelf.ready.service_id, unit, batch.manifest, batch.signature)
            check_certs(manifest, batch.certs)
            _check_content(manifest, upload)
        except ManifestUnproved:
            raise Refused("unsigned") from None
        except CertMismatch:
            raise Refused("bad-certificates") from None
        except ProtocolError:
            raise Refused("malformed") from None
        if (manifest.q, manifest.m) not in self._shelf.listed.sizes(unit_id):
            raise Refused("other-size")
        if place is not None and place.over(manifest.period):
            raise Refused("expired")
        try:
            head = verify_head(self._shelf.ready.anchors, manifest.head)
        except ProtocolError:
            raise Refused("bad-head") from None
        if head.dir_version > self._shelf.ready.signed_head.head.dir_version:
            # Sources would refuse the service's own directory as older than one that it has never shown.
            raise Refused("bad-head")
        return upload, manifest

    async def _keep(self, upload: Upload, manifest: Manifest) -> Answer:
        data = upload.encode()
        certs, body = data[:_CERTS], data[_CERTS:]
        stored = await self._store.batch(manifest.unit_id, manifest.period)
        if stored is None:
            first = await self._check_follows(manifest)
            new = StoredBatch(manifest.unit_id, manifest.period, certs, body)
            if await self._store.add_batch(new):
                if first:
                    await self._show_first()
                stored = new
            else:
                stored = await self._store.batch(manifest.unit_id, manifest.period)
        if stored is None or stored.body != body:
            return Answer(stored.certs + stored.body if stored else b"", BINARY, CONFLICT)
        return Answer(encode_answer("published", period=manifest.period))

    async def _check_follows(self, manifest: Manifest) -> bool:
        """Whether it is the unit's first of today's form. Raises Refused."""
        newest = await self._store.newest_batches(manifest.unit_id, 1)
        if manifest.period < self._period() - 1 or (newest and manifest.period <= newest[0].period):
            raise Refused("expired")
        if manifest.period > self._period() + 1:
            raise Refused("future")
        if newest and newest[0].upload() is None:
            # Nobody can be shown one of an earlier form: its desk may not know of it, as without its keyring.
            return True
        previous = (newest[0].period, newest[0].hash) if newest else (0, NO_HASH)
        if (manifest.prev_period, manifest.prev_hash) != previous and not (
            # It follows one that was lost with the machine of which this one is the restored backup.
            previous[0] < manifest.prev_period <= await self._store.lost_through()
        ):
            raise Refused("forked")
        return not newest


def _check_content(manifest: Manifest, upload: Upload) -> None:
    """Index, rows and tree are those that the manifest names, and fit each other. Raises Malformed, BatchAltered."""
    index, rows = upload.batch.index, upload.rows
    named = (manifest.index_hash, manifest.rows_hash, manifest.root)
    if named != (sha256(index), sha256(rows), rows_root(rows)):
        raise BatchAltered("hashes")
    check_rows(parse_index(index, manifest.q, manifest.m), rows)
