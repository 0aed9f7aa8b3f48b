# SPDX-License-Identifier: AGPL-3.0-or-later
"""Members at a desk's door while strangers try it without end: the real web server, real stretches, real pauses.

``python -m tests.desk_web.doors --times 20`` prints how many came in, and how long each took.
"""

import argparse
import asyncio
import itertools
import re
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from tests.desk.room import PASSPHRASE
from tests.desk_web.house import House, open_house

NAMES = 16
LONGEST_WAIT = 60.0
ATTACKED = "ada"
_COOKIE = re.compile(rb"^set-cookie: (browser-[0-9a-f]+=[0-9a-f.]+);", re.I | re.M)


@dataclass(frozen=True)
class Flood:
    """What is done to the door: ``names`` strangers make up names beside the one who tries a member's, each ``at_once``
    over so many connections; ``every``: the one who tries the member's name waits for no answer, but begins another try
    after so many seconds. ``peers``: each comes from a prefix of its own, as a front tells; else from this machine,
    where nobody is told from another, the members either."""

    names: int = NAMES
    at_once: int = 1
    every: float = 0.0
    peers: bool = False

    @property
    def said(self) -> str:
        where = "prefixes of their own" if self.peers else "the members' own address"
        hasty = f", one of them every {self.every} s" if self.every else ""
        return f"{1 + self.names} strangers from {where}, {self.at_once} tries at once each{hasty}"


@dataclass
class Came:
    """Seconds that each right sign-in took, those that were refused apart; what strangers were answered, by status."""

    took: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)

    def told(self, who: str) -> str:
        """For a person to read."""
        longest = f", the longest in {max(self.took):.1f} s" if self.took else ""
        each = " ".join(f"{one:.1f}" for one in self.took)
        return f"{who}: {len(self.took)} of {len(self.took) + len(self.refused)} came in{longest} ({each})"


@dataclass
class Browser:
    """One that signs in, over a new connection each time."""

    house: House
    address: str
    cookie: str = ""

    async def sign_in(self, name: str, passphrase: str, code: str) -> int:
        """The status of the answer: 303 for whoever is signed in."""
        body = urlencode({"member": name, "passphrase": passphrase, "code": code}).encode()
        head = [
            "POST /sign-in HTTP/1.1",
            "host: 127.0.0.1",
            "sec-fetch-site: same-origin",
            "content-type: application/x-www-form-urlencoded",
            f"content-length: {len(body)}",
            "connection: close",
            *([f"cookie: {self.cookie}"] if self.cookie else []),
        ]
        proxy = f"PROXY TCP4 {self.address} 127.0.0.1 40000 443\r\n" if self.address else ""
        port = int(self.house.url.rstrip("/").rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(proxy.encode() + "\r\n".join([*head, "", ""]).encode() + body)
            answer = await reader.read()
        finally:
            writer.close()
        if found := _COOKIE.search(answer):
            self.cookie = found[1].decode()
        return int(answer.split(b" ", 2)[1]) if answer else 0

    async def come(self, came: Came, name: str = ATTACKED) -> None:
        """One right sign-in."""
        code, began = self.house.code(name), time.monotonic()
        status = await self.sign_in(name, PASSPHRASE, code)
        (came.took if status == 303 else came.refused).append(time.monotonic() - began)


async def _try(browser: Browser, name: str, number: int, came: Came) -> None:
    try:
        status = await browser.sign_in(name, f"the passphrase number {number}", f"{number:06}")
    except OSError:
        status = 0
    came.answers[status] += 1


async def _try_without_end(house: House, address: str, name: str, came: Came) -> None:
    browser = Browser(house, address)
    for number in itertools.count():
        await _try(browser, name, number, came)
        # A loop that is refused at once must leave the desk's side of this process its turn.
        await asyncio.sleep(0.01)


async def _try_every(seconds: float, house: House, address: str, name: str, came: Came) -> None:
    async with asyncio.TaskGroup() as tasks:
        for number in itertools.count():
            tasks.create_task(_try(Browser(house, address), name, number, came))
            await asyncio.sleep(seconds)


@asynccontextmanager
async def flooded(house: House, flood: Flood, came: Came) -> AsyncIterator[None]:
    """The strangers are at it while the block runs, and before it begins."""
    names = [ATTACKED, *(f"stranger{number}" for number in range(flood.names))]
    tasks = [
        asyncio.create_task(_try_without_end(house, f"198.51.{number}.1" if flood.peers else "", name, came))
        for number, name in enumerate(names)
        for _ in range(flood.at_once)
    ]
    if flood.every:
        hasty = _try_every(flood.every, house, "198.51.99.1" if flood.peers else "", ATTACKED, came)
        tasks.append(asyncio.create_task(hasty))
    try:
        await asyncio.sleep(1)
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def members_at_a_flooded_door(folder: Path, flood: Flood, known: int, new: int) -> tuple[Came, Came]:
    """So many sign-ins of the attacked member with a known browser, then so many with new ones, each once the one
    before is through."""
    front = "127.0.0.1" if flood.peers else ""
    by_known, by_new = Came(), Came()
    async with open_house(folder, front=front, real=True) as house:
        address = "203.0.113.1" if flood.peers else ""
        browser = Browser(house, address)
        await browser.come(Came())
        async with flooded(house, flood, by_known):
            for _ in range(known):
                await browser.come(by_known)
            for _ in range(new):
                await Browser(house, address).come(by_new)
    return by_known, by_new


async def _tell(times: int) -> None:
    floods = (Flood(), Flood(every=0.5), Flood(at_once=3), Flood(at_once=3, peers=True))
    for number, flood in enumerate(floods):
        with tempfile.TemporaryDirectory() as folder:
            known, new = await members_at_a_flooded_door(Path(folder) / str(number), flood, times, times)
        print(f"{flood.said}; they were answered {dict(sorted(known.answers.items()))}", flush=True)
        print("  " + known.told("known browser"), flush=True)
        print("  " + new.told("new browsers"), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=20)
    asyncio.run(_tell(parser.parse_args().times))
