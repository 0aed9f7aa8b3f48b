# SPDX-License-Identifier: AGPL-3.0-or-later
"""kill -9 of the server and its publisher at random points during writes and closings.

    python bench/crash.py [--kills 20] [--seed 1] [--postgres] [--campaign FILE]

A real `dropbox serve` with periods of two seconds is killed again and again while clients post. After each restart
every segment is fetched: each acknowledged envelope must be there once, unchanged, in the period of its receipt, and no
closed segment may have changed. ``--campaign`` keeps the totals in FILE and goes on until there are that many kills.
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
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

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
HEADERS = {"content-type": "application/octet-stream"}


@dataclass
class Totals:
    """What a campaign has counted so far."""

    kills: int = 0
    kills_in_a_closing: int = 0
    acknowledged: int = 0
    unanswered: int = 0
    checks: int = 0


class Campaign:
    """One service that is killed many times."""

    def __init__(self, folder: Path, url: str, totals: Totals, seed: int) -> None:
        self.folder = folder
        self.totals = totals
        self.ledger = Ledger()
        self.chance = random.Random(seed)  # noqa: S311 - when to kill is no secret, and should be repeatable
        self.world, self.config = make_service(folder, url, period=PERIOD, collect=1, retention=RETENTION)
        self._lock = threading.Lock()
        self._failures: list[Exception] = []

    def cycle(self) -> None:
        """Start, check what is there, post, kill. Raises Broken."""
        with served(self.folder, self.world, self.config) as server:
            self.check(server)
            clients = [threading.Thread(target=self._post_until_dead, args=(server.port,)) for _ in range(CLIENTS)]
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

    def _cut_a_closing(self) -> bool:
        """Whether the kill left a period sealed and not yet replaced by its segment, or half a file."""
        if any(self.config.segments.glob("*.tmp")):
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

    def _post_until_dead(self, port: int) -> None:
        with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
            try:
                while True:
                    self._post(connection)
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


def read_totals(file: Path | None) -> Totals:
    return Totals(**json.loads(file.read_text())) if file and file.exists() else Totals()


def main() -> None:
    parser = argparse.ArgumentParser(description="Kill the server during writes and closings, and look what is lost.")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--postgres", action="store_true", help="keep the store in PostgreSQL")
    parser.add_argument("--campaign", type=Path, help="keep totals in this file and go on from them")
    chosen = parser.parse_args()
    totals = read_totals(chosen.campaign)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dropbox-crash-")))
        url = ""
        if chosen.postgres:
            url = stack.enter_context(stack.enter_context(running_cluster(durable=True)).database())
        campaign = Campaign(folder, url, totals, chosen.seed)
        while totals.kills < chosen.kills:
            campaign.cycle()
            if chosen.campaign:
                chosen.campaign.write_text(json.dumps(asdict(totals)))
        finish(campaign)
    print(f"seed {chosen.seed}; " + ", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in asdict(totals).items()))
    print("no acknowledged envelope was lost, doubled or changed")


if __name__ == "__main__":
    main()
