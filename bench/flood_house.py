# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a flood is measured on: a server of its own, honest visits, and what the server holds afterwards."""

import asyncio
import json
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from socket import AF_UNIX, socket
from subprocess import PIPE

from bench.flood_senders import ENVELOPE, Order, Spent
from bench.flood_tor import circuit_line, stand_in
from bench.processes import make_service, memory_of, process
from dropbox.flows.drive import at_once, drive, nobody
from dropbox.flows.source.message import Ended, MakeVisit, MessageRequest, parts_of, visit_patiently
from dropbox.flows.source.visit import Part
from dropbox.protocol.batches import Upload
from dropbox.protocol.body import Report
from dropbox.protocol.constants import KEY, MESSAGE_ID
from dropbox.protocol.wire import SEGMENT_HEADER, sign_segment_request
from dropbox.server.config import Listen, ServerConfig
from dropbox.source_cli.sending import PAUSE
from dropbox.source_cli.service import Service
from tests.private_tor import Reached
from tests.server.world import World

SMALL = [1_024, 32, 32]
"""Quotas of a small board. The first unit's is the largest there is: the corrupt one."""
_ADDRESS = "http://service.onion"
_OWN = 0xFFFF_0000
"""The circuit by which a desk comes."""


@dataclass
class House:
    """A folder with a service, its running server, and what was said to be stored there."""

    folder: Path
    world: World
    config: ServerConfig
    named: bool
    server: subprocess.Popen[str] | None = None
    receipts: set[str] = field(default_factory=set)

    @property
    def socket(self) -> Path:
        assert self.config.listen.path is not None
        return self.config.listen.path

    def memory(self) -> float:
        """MB that the server held at most."""
        assert self.server is not None
        return memory_of(self.server.pid, "VmHWM")

    def files(self) -> int:
        """How many files and connections the server holds open."""
        assert self.server is not None
        return sum(1 for _ in Path(f"/proc/{self.server.pid}/fd").iterdir())

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Its server, while the block runs; the log is kept in ``server.log``."""
        command = Path(sys.executable).with_name("dropbox")
        with (
            (self.folder / "server.log").open("a") as log,
            process(command, "serve", "--config", self.folder / "server.toml", errors=log) as (running, _),
        ):
            self.server = running
            yield
        self.server = None

    def _send(self, order: Order) -> subprocess.Popen[str]:
        order = replace(order, receipts=str(self.folder / "receipts"))
        command = [sys.executable, "-m", "bench.flood_senders", str(self.socket), json.dumps(asdict(order))]
        sender = subprocess.Popen(["nice", "-n", "5", *command], stdin=PIPE, stdout=PIPE, text=True)
        assert sender.stdout is not None
        if sender.stdout.readline() != "flooding\n":
            raise RuntimeError("the flood did not begin")
        return sender

    def _spent(self, said: str) -> Spent:
        self.receipts |= set((self.folder / "receipts").read_text().split())
        return Spent(**json.loads(said))

    @contextmanager
    def flooded(self, order: Order, spent: list[Spent]) -> Iterator[None]:
        """A flood while the block runs; what it spent is in the list afterwards."""
        sender = self._send(order)
        try:
            yield
        finally:
            said, _ = sender.communicate(timeout=120)
        spent.append(self._spent(said))

    def empty(self) -> Spent:
        """Take what is there at once, by really sending it: fresh callers, until nothing more is answered at once."""
        with self._send(Order("empty", each=48, first=1 << 22, patience=1.0)) as sender:
            assert sender.stdout is not None
            return self._spent(sender.stdout.read())

    def stored(self) -> set[str]:
        """The ids in the open segment, as a unit fetches it, of a server that just started."""
        desk, period = self.world.desks[0], int(time.time() // self.world.policy.period)
        signature = sign_segment_request(desk.seed, self.world.service_id, desk.unit.unit_id, period)
        lines = f"host: x\r\ndropbox-unit: {desk.unit.unit_id.hex()}\r\ndropbox-signature: {signature.hex()}\r\n\r\n"
        with closing(socket(AF_UNIX)) as one:
            one.settimeout(60)
            one.connect(str(self.socket))
            line = circuit_line(_OWN) if self.named else b""
            one.sendall(line + f"GET /v1/intake/{period} HTTP/1.1\r\n{lines}".encode())
            with one.makefile("rb") as answer:
                if b" 200 " not in answer.readline():
                    raise RuntimeError("a segment was refused")
                while answer.readline() != b"\r\n":
                    pass
                count = int.from_bytes(answer.read(SEGMENT_HEADER)[-4:], "big")
                return {sha256(answer.read(ENVELOPE)).hexdigest() for _ in range(count)}

    def bodies(self) -> list[str]:
        """Files with batches that the first unit signed: the stored one again, and two that differ for the next
        period."""
        desk = self.world.desks[0]
        assert desk.last is not None
        uploads = [
            Upload(desk.last, desk.last_rows),
            *(self.world.upload(desk, desk.last_period + 1) for _ in range(2)),
        ]
        files = [self.folder / f"upload-{number}" for number in range(len(uploads))]
        for file, upload in zip(files, uploads, strict=True):
            file.write_bytes(upload.encode())
        return [str(file) for file in files]


def make_house(folder: Path, url: str = "", *, named: bool = True, quotas: Sequence[int] = SMALL) -> House:
    """A service on the production policy whose board is full."""
    world, config = make_service(folder, url, full_board=True, quotas=quotas)
    config = replace(config, listen=Listen(folder / "server.sock"), front="unix" if named else "")
    (folder / "server.toml").write_text(config.encode())
    return House(folder, world, config, named)


@dataclass(frozen=True)
class Visit:
    """How an honest visit went: ``read`` its board, ``taken`` its envelope, and in how many seconds."""

    read: bool
    taken: bool
    seconds: float
    receipt: str = ""


KINDS = ("report", "check", "reply")


def _visit(service: Service, stretched: bytes, kind: str) -> Visit:
    """As `dropbox-source` makes it, with its patience and its pauses."""
    part = None
    if kind != "check":
        words = Report("Something happened.", ("discrimination",) if kind == "report" else ())
        (body,) = parts_of(words)
        part = Part("unit-0", secrets.token_bytes(MESSAGE_ID), 1, 1, body)

    async def person(request: MessageRequest) -> Ended | None:
        if isinstance(request, MakeVisit):
            return service.visit(stretched, request.part)
        time.sleep(PAUSE)  # noqa: ASYNC251 - in a thread of its own, as a person waits
        return None

    began = time.monotonic()
    ended = at_once(drive(visit_patiently(part), nobody, person))
    seconds, visited = time.monotonic() - began, ended.visited
    receipt = visited.receipt.id.hex() if visited and visited.receipt else ""
    return Visit(visited is not None, visited is not None and ended.reason is None, seconds, receipt)


async def honest_visits(
    house: House, count: int, every: float = 0.0, wide: int = 2, tor: Reached | None = None
) -> list[Visit]:
    """So many visits, report, check and reply in turn, each by a circuit of its own: one each ``every`` seconds, or
    ``wide`` at a time without a pause; through real Tor where there is one."""
    people = [secrets.token_bytes(KEY) for _ in range(-(-count // len(KINDS)))]
    room = asyncio.Semaphore(wide if not every else count)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(count))
    async with stand_in(house.socket, house.named) as other:
        address, socks = (tor.address, tor.socks) if tor else (_ADDRESS, other.socks)
        service = Service(address, house.world.anchor.anchor, socks, despite_clock=True)

        async def one(number: int) -> Visit:
            await asyncio.sleep(number * every)
            async with room:
                return await asyncio.to_thread(
                    _visit, service, people[number // len(KINDS)], KINDS[number % len(KINDS)]
                )

        visits = await asyncio.gather(*(one(number) for number in range(count)))
    house.receipts |= {one.receipt for one in visits} - {""}
    return list(visits)
