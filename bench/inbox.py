# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk with years of cases: how long its inbox takes, and how much memory it holds."""

import http.client
import os
import re
import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import Connection, insert, select

from bench.processes import memory_of
from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.constants import KEY, MESSAGE_ID, XWING_SEED
from dropbox.protocol.part_proof import PART_PROOF
from dropbox.protocol.primitives import SealingKey, hpke_seal
from journalist_ui.daemon.desk_key import stretch_desk_key
from journalist_ui.daemon.settings import read_settings
from journalist_ui.vault import tables
from journalist_ui.vault.counters import count_cases
from journalist_ui.vault.database import VAULT_FILE, open_vault, write_place
from journalist_ui.vault.sealing import proved_part_info, wrap_case_key
from tests.desk.live import DESK_PASSPHRASE, MEMBER_PASSPHRASE, LiveDesk, start_service
from tests.ports import free_port

CASES, MESSAGES = 5_000, 100_000
TIMES = 7
SEALED = 700
"""Bytes of a part: what a short message takes."""


@dataclass(frozen=True)
class Measured:
    """Seconds of the inbox when it is first asked for, of the inbox afterwards, of a case, of a later page of the
    inbox; from signing in until all words can be found, and of a search then; megabytes after the start, and at
    most."""

    first: float
    inbox: float
    case: float
    later: float
    ready: float
    search: float
    idle: float
    most: float


def fill(desk: LiveDesk) -> None:
    """Every case with a report and messages of some words; a text of the unit in each second."""
    vault = open_vault(desk.folder / VAULT_FILE, stretch_desk_key(DESK_PASSPHRASE, read_settings(desk.folder).salt))
    try:
        with vault.writing() as connection:
            for table, rows in _rows(connection):
                connection.execute(insert(table), rows)
            write_place(connection, MESSAGES + CASES + 1)
            count_cases(connection, range(1, CASES + 1))
        vault.truncate_wal()
    finally:
        vault.close()


def _words(number: int, rank: int) -> str:
    """What a short message takes, with a word that stands in it alone."""
    return f"marker{number}x{rank} " + "The sergeant said that nobody would look. " * (SEALED // 42)


def _rows(connection: Connection) -> Iterator[tuple[object, list[dict[str, object]]]]:
    seed, day = os.urandom(XWING_SEED), int(time.time() // 86_400)
    public, each = SealingKey(seed).public, MESSAGES // CASES
    ada = connection.execute(select(tables.members.c.public).where(tables.members.c.name == "ada")).scalar_one()
    report = bytes(PART_PROOF) + encode_body(Report("It was on Tuesday.", ("discrimination",)))
    found: dict[object, list[dict[str, object]]] = {
        table: []
        for table in (
            *(tables.conversations, tables.incoming, tables.cases, tables.case_keys, tables.messages, tables.parts),
            *(tables.texts, tables.answers),
        )
    }
    for number in range(1, CASES + 1):
        whose, opened = os.urandom(KEY), day - number % 400
        marks = dict.fromkeys(("acknowledged", "asked"), 0) | {"grown": opened}
        marks |= {"opened": opened, "collected": each, "last_heard": opened, "answered": True, "set_aside": False}
        found[tables.conversations].append({"pseudonym": whose, "beacon": os.urandom(KEY), **marks})
        found[tables.cases].append(
            {"number": number, "pseudonym": whose, "public": public, "opened": opened, "state": "new"}
        )
        found[tables.case_keys].append(asdict(wrap_case_key(number, 1, seed, "ada", ada)))
        for rank in range(1, each + 1):
            one, place = os.urandom(MESSAGE_ID), (rank - 1) * CASES + number
            first = rank == 1
            body = report if first else bytes(PART_PROOF) + encode_body(Report(_words(number, rank)))
            sealed = hpke_seal(public, body, proved_part_info(number, one, 1))
            values = {"message_id": one, "parts": 1, "period": opened}
            found[tables.messages].append({"number": number, "complete": rank, "place": place, **values})
            came = {"pseudonym": whose, "have": 1, "epoch": 1, "number": rank}
            found[tables.incoming].append({**came, **values})
            part = {"number": number, "message_id": one, "part": 1, "sealed": sealed, "proved": True}
            found[tables.parts].append(part)
        if number % 2:
            text = {"id": number, "pseudonym": whose, "type": 1, "parts": "[]", "number": 1, "written": opened}
            found[tables.texts].append({**text, "stood": opened, "read": opened, "state": "read"})
            answer = {"text": number, "number": number, "period": opened, "place": MESSAGES + number}
            found[tables.answers].append({**answer, "sealed": os.urandom(SEALED)})
    yield from found.items()


def measure_inbox(root: Path) -> Measured:
    """A real desk over a filled vault, asked as a browser asks."""
    port = free_port()
    service = start_service(root, ("--web", f"127.0.0.1:{port}"))
    desk = service.desk
    try:
        fill(desk)
        desk.start()
        desk.ready()
        assert desk.process is not None
        pid = desk.process.pid
        idle = memory_of(pid, "VmRSS")
        cookie, began = _sign_in(desk, port), time.perf_counter()
        first, form = _timed(port, "/", cookie), _form(port, cookie)
        while not _finds(port, cookie, form, f"marker{CASES}x{MESSAGES // CASES}"):
            time.sleep(1)
        ready = time.perf_counter() - began
        inbox = statistics.median(_timed(port, "/", cookie) for _ in range(TIMES))
        case = statistics.median(_timed(port, "/cases/7", cookie) for _ in range(TIMES))
        later = statistics.median(_timed(port, "/?page=9", cookie) for _ in range(TIMES))
        looks = []
        for number in range(TIMES):
            asked = time.perf_counter()
            assert _finds(port, cookie, form, f"marker{number + 1}x3")
            looks.append(time.perf_counter() - asked)
        return Measured(first, inbox, case, later, ready, statistics.median(looks), idle, memory_of(pid, "VmHWM"))
    finally:
        service.close()


def _ask(port: int, method: str, path: str, cookie: str, body: str | None = None) -> http.client.HTTPResponse:
    headers = {"host": f"127.0.0.1:{port}", "sec-fetch-site": "same-origin", "cookie": cookie}
    headers |= {"content-type": "application/x-www-form-urlencoded"} if body else {}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
    return answer


def _sign_in(desk: LiveDesk, port: int) -> str:
    fields = {"member": "ada", "passphrase": MEMBER_PASSPHRASE, "code": desk.code("ada")}
    answer = _ask(port, "POST", "/sign-in", "", urlencode(fields))
    assert answer.status == 303, answer.status
    return (answer.headers["set-cookie"] or "").partition(";")[0]


def _form(port: int, cookie: str) -> str:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        connection.request("GET", "/help", headers={"host": f"127.0.0.1:{port}", "cookie": cookie})
        return re.findall(r'name="csrf" value="([0-9a-f]+)"', connection.getresponse().read().decode())[0]


def _finds(port: int, cookie: str, form: str, word: str) -> bool:
    """Whether a search for the word finds one case."""
    headers = {"host": f"127.0.0.1:{port}", "sec-fetch-site": "same-origin", "cookie": cookie}
    headers |= {"content-type": "application/x-www-form-urlencoded"}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        connection.request("POST", "/search", urlencode({"csrf": form, "words": word}), headers)
        answer = connection.getresponse()
        assert answer.status == 200, answer.status
        return answer.read().count(b"data-row") == 1


def _timed(port: int, path: str, cookie: str) -> float:
    began = time.perf_counter()
    answer = _ask(port, "GET", path, cookie)
    assert answer.status == 200, (path, answer.status)
    return time.perf_counter() - began
