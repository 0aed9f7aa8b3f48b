# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blobs of files in the crash campaign: posted by passes until the server dies, and all looked for afterwards."""

import secrets
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection

from bench.ledger import Broken
from bench.processes import Served
from dropbox.protocol.blobs import (
    BLOBS_HEADER,
    BlobsHead,
    blob_id,
    chunks,
    parse_blobs_head,
    parse_pass,
    pass_request,
    sign_blobs_request,
)
from dropbox.protocol.constants import BLOB
from dropbox.protocol.wire import parse_intake_state, parse_receipt

HEADERS = {"content-type": "application/octet-stream"}
TOGETHER = 4


@dataclass
class BlobLedger:
    """Every blob that was sent, the period of every receipt, and every closed period as it was first seen."""

    sent: set[bytes] = field(default_factory=set)
    receipts: dict[bytes, int] = field(default_factory=dict)
    closed: dict[int, list[bytes]] = field(default_factory=dict)
    checked: int = 0

    def check(self, shown: dict[int, list[bytes]]) -> None:
        """The ids of each closed period that the server shows. Raises Broken."""
        where: dict[bytes, int] = {}
        for period, ids in shown.items():
            if self.closed.setdefault(period, ids) != ids:
                raise Broken(f"the blobs of the closed period {period} changed")
            if ids != sorted(set(ids)) or not self.sent.issuperset(ids):
                raise Broken(f"period {period} holds blobs doubled, out of order or that nobody sent")
            if any(one in where for one in ids):
                raise Broken(f"a blob of period {period} is in another one too")
            where |= dict.fromkeys(ids, period)
        for one, period in self.receipts.items():
            if period in shown and where.get(one) != period:
                raise Broken(f"a blob that was acknowledged in period {period} is in {where.get(one)}")
        self.checked += sum(1 for period in self.receipts.values() if period in shown)


def post_blobs(connection: HTTPConnection, ledger: BlobLedger) -> None:
    """Some, by a pass of their own. Raises Broken, ProtocolError and what the connection raises."""
    connection.request("POST", "/v1/passes", pass_request(TOGETHER), HEADERS)
    answer = connection.getresponse().read()
    if b"try-later" in answer:
        return
    path = f"/v1/blobs/{parse_pass(answer).name.hex()}"
    for _ in range(TOGETHER):
        blob = secrets.token_bytes(BLOB)
        ledger.sent.add(blob_id(blob))
        connection.request("POST", path, blob, HEADERS)
        receipt = parse_receipt(connection.getresponse().read())
        if receipt.id != blob_id(blob):
            raise Broken("a receipt for another blob")
        ledger.receipts[receipt.id] = receipt.period


def _chunks(connection: HTTPConnection, server: Served, period: int) -> Iterator[bytes]:
    """Nothing where the period went out of retention meanwhile."""
    desk, chunk, count = server.world.desks[0], 0, 1
    while chunk < count:
        place = (server.world.service_id, desk.unit.unit_id, period, chunk)
        signed = sign_blobs_request(desk.seed, *place).hex()
        headers = {"dropbox-unit": desk.unit.unit_id.hex(), "dropbox-signature": signed}
        connection.request("GET", f"/v1/blobs/{period}/{chunk}", headers=headers)
        answer = connection.getresponse()
        data = answer.read()
        if answer.status != 200:
            return
        if not chunk:
            head = BlobsHead(
                server.world.service_id, period, int.from_bytes(data[BLOBS_HEADER - 4 : BLOBS_HEADER], "big")
            )
            count = chunks(head.size)
        chunk += 1
        yield data


def fetch_blobs(server: Served) -> dict[int, list[bytes]]:
    """The ids of every closed period that the server shows, in their order."""
    found = {}
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
        connection.request("GET", "/v1/intake")
        state = parse_intake_state(connection.getresponse().read())
        for period in range(state.oldest, state.open):
            whole = b"".join(_chunks(connection, server, period))
            if whole:
                parse_blobs_head(whole[:BLOBS_HEADER], len(whole))
                found[period] = [blob_id(whole[at : at + BLOB]) for at in range(BLOBS_HEADER, len(whole), BLOB)]
    return found
