# SPDX-License-Identifier: AGPL-3.0-or-later
"""kill -9 of the server, its publisher and a unit's desk at random points during writes, closings and publishing.

    python bench/crash.py [--kills 20] [--only server|desk] [--seed 1] [--postgres] [--campaign FILE]

A real `dropbox serve` with periods of four seconds is killed again and again while clients post. After each restart
every segment is fetched, and the blobs of every closed period: each acknowledged envelope or blob must be there once,
unchanged, in the period of its receipt, and nothing closed may have changed. A third of the kills is the desk's
(bench/crash_desk.py); of the others half aim at the publisher. ``--campaign`` keeps the totals in FILE and goes on
until there are that many kills.
"""

import argparse
import json
import os
import random
import signal
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from bench.crash_blobs import BlobLedger, fetch_blobs, post_blobs
from bench.crash_desk import ROUND, DeskTotals, open_campaign
from bench.ledger import Broken, Ledger
from bench.processes import Served, make_service, served
from dropbox.protocol.errors import ProtocolError
from dropbox.protocol.primitives import sha256
from dropbox.protocol.wire import (
    Segment,
    parse_intake_state,
    parse_receipt,
    parse_segment,
    sign_segment_request,
)
from tests.postgres import running_cluster
from tests.server.world import random_envelope

PERIOD = 4
RETENTION = 8
CLIENTS = 3
PAUSE = 0.01
BLOB_PAUSE = 0.3
HEADERS = {"content-type": "application/octet-stream"}


@dataclass
class Totals:
    """What a campaign has counted so far."""

    kills: int = 0
    kills_in_a_closing: int = 0
    acknowledged: int = 0
    unanswered: int = 0
    checks: int = 0
    blobs: int = 0
    blobs_checked: int = 0


class Campaign:
    """One service that is killed many times."""

    def __init__(self, folder: Path, url: str, totals: Totals, seed: int) -> None:
        self.folder = folder
        self.totals = totals
        self.ledger = Ledger()
        self.blobs = BlobLedger()
        self.chance = random.Random(seed)  # noqa: S311 - when to kill is no secret, and should be repeatable
        self.world, self.config = make_service(folder, url, period=PERIOD, collect=1, retention=RETENTION)
        self._lock = threading.Lock()
        self._failures: list[Exception] = []

    def cycle(self) -> None:
        """Start, check what is there, post, kill. Raises Broken."""
        with served(self.folder, self.world, self.config) as server:
            self.check(server)
            works = [self._post] * CLIENTS + [self._post_blobs]
            clients = [threading.Thread(target=self._post_until_dead, args=(server.port, one)) for one in works]
            for client in clients:
                client.start()
            time.sleep(self._delay())
            os.kill(server.process.pid, signal.SIGKILL)
            server.process.wait()
            for client in clients:
                client.join()
        if self._failures:
            raise self._failures[0]
        self.totals.kills += 1
        self.totals.kills_in_a_closing += self._cut_a_closing()

    def check(self, server: Served) -> None:
        """Fetch all that is served and hold it against every receipt. Raises Broken."""
        before = self.ledger.checked
        self.ledger.check(fetch_all(server))
        self.totals.checks += self.ledger.checked - before
        before = self.blobs.checked
        self.blobs.check(fetch_blobs(server))
        self.totals.blobs_checked += self.blobs.checked - before

    def _cut_a_closing(self) -> bool:
        """Whether the kill left a period sealed and not yet replaced by its segment, or half a file."""
        if any((*self.config.segments.glob("*.tmp"), *self.config.blobs.glob("*.tmp"))):
            return True
        if not self.config.database.startswith("sqlite:"):
            return False
        with closing(sqlite3.connect(self.config.data_dir / "server.sqlite")) as database:
            question = "SELECT count(*) FROM open_envelopes, counters WHERE name = 'sealed' AND period <= value"
            return bool(database.execute(question).fetchone()[0])

    def _delay(self) -> float:
        """Half of the kills aim at a closing, which begins when a period ends; the others fall anywhere."""
        if self.chance.random() < 0.5:
            return self.chance.uniform(0.05, 1.2)
        return PERIOD - time.time() % PERIOD + self.chance.uniform(0.0, 0.12)

    def _post_until_dead(self, port: int, post: Callable[[HTTPConnection], None]) -> None:
        with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
            try:
                while True:
                    post(connection)
                    time.sleep(PAUSE)
            except (OSError, HTTPException):
                with self._lock:
                    self.totals.unanswered += 1
            except (ProtocolError, Broken) as error:
                self._failures.append(error)

    def _post(self, connection: HTTPConnection) -> None:
        envelope = random_envelope()
        with self._lock:
            self.ledger.sent.add(sha256(envelope))
        connection.request("POST", "/v1/envelopes", envelope, HEADERS)
        receipt = parse_receipt(connection.getresponse().read())
        with self._lock:
            self.ledger.acknowledged(envelope, receipt.period)
            self.totals.acknowledged += 1

    def _post_blobs(self, connection: HTTPConnection) -> None:
        before = len(self.blobs.receipts)
        try:
            post_blobs(connection, self.blobs)
        finally:
            self.totals.blobs += len(self.blobs.receipts) - before
        time.sleep(BLOB_PAUSE)


def fetch_all(server: Served) -> list[Segment]:
    """Every segment that the server shows, oldest first, the open one as last rebuilt."""
    desk = server.world.desks[0]
    unit = desk.unit.unit_id
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
        connection.request("GET", "/v1/intake")
        state = parse_intake_state(connection.getresponse().read())
        found = []
        for period in range(state.oldest, state.open):
            signature = sign_segment_request(desk.seed, server.world.service_id, unit, period)
            headers = {"dropbox-unit": unit.hex(), "dropbox-signature": signature.hex()}
            connection.request("GET", f"/v1/intake/{period}", headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status == 410:  # it went out of retention between the two requests
                continue
            found.append(parse_segment(body))
        return found


def finish(campaign: Campaign) -> None:
    """After the last kill: let every period close, and check once more."""
    with served(campaign.folder, campaign.world, campaign.config) as server:
        campaign.check(server)
        time.sleep(2 * PERIOD)
        campaign.check(server)


@dataclass
class Kept:
    """The totals of both parts, kept in a file if there is one, from which the next run goes on."""

    file: Path | None
    server: Totals
    desk: DeskTotals

    @classmethod
    def read(cls, file: Path | None) -> "Kept":
        found = json.loads(file.read_text()) if file and file.exists() else {}
        return cls(file, Totals(**found.get("server", {})), DeskTotals(**found.get("desk", {})))

    def write(self) -> None:
        if self.file:
            self.file.write_text(json.dumps({"server": asdict(self.server), "desk": asdict(self.desk)}))


def told(totals: Totals | DeskTotals) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in asdict(totals).items())


def kill_servers(kept: Kept, kills: int, seed: int, postgres: bool) -> None:
    """Until there are that many kills of the server. Raises Broken."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dropbox-crash-")))
        url = ""
        if postgres:
            url = stack.enter_context(stack.enter_context(running_cluster(durable=True)).database())
        campaign = Campaign(folder, url, kept.server, seed)
        while kept.server.kills < kills:
            campaign.cycle()
            kept.write()
        finish(campaign)
    print(f"server: {told(kept.server)}")
    print("no acknowledged envelope or blob was lost, doubled or changed", flush=True)


def kill_desks(kept: Kept, kills: int, seed: int) -> None:
    """Until there are that many kills of a desk; each service serves for ROUND of them. Raises Broken."""
    while kept.desk.kills < kills:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dropbox-crash-")))
            campaign = stack.enter_context(open_campaign(folder, kept.desk, seed + kept.desk.kills))
            for _ in range(min(ROUND, kills - kept.desk.kills)):
                campaign.cycle()
                kept.write()
            campaign.finish()
            kept.write()
    print(f"desk: {told(kept.desk)}")
    print("no report was lost, doubled or changed, no reply was lost or read twice, no tag stood twice", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Kill server and desk while they write, and look what is lost.")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--only", choices=("server", "desk"), help="all kills to one of the two")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--postgres", action="store_true", help="keep the server's store in PostgreSQL")
    parser.add_argument("--campaign", type=Path, help="keep totals in this file and go on from them")
    chosen = parser.parse_args()
    kept = Kept.read(chosen.campaign)
    desks = {"server": 0, "desk": chosen.kills}.get(chosen.only, chosen.kills // 3)
    print(f"seed {chosen.seed}; {chosen.kills - desks} kills of the server, {desks} of a desk", flush=True)
    if desks < chosen.kills:
        kill_servers(kept, chosen.kills - desks, chosen.seed, chosen.postgres)
    if desks:
        kill_desks(kept, desks, chosen.seed)


if __name__ == "__main__":
    main()
