# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/runbooks/first-service.md and first-unit.md, typed as they stand, into machines made from a bare Debian."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pyotp
import pytest

from tests.machines.machines import Hub, Machine, machine
from tests.rules.tree import ROOT
from tests.scenarios.typist import Answer, Typist

RUNBOOKS = ROOT / "docs" / "runbooks"
PACKAGES = ROOT / ".build" / "package"
FAST = {
    "period": 15,
    "collect": 15,
    "stay": 720,
    "linger": 720,
    "retention": 720,
    "epoch": 2_000,
    "give_up": 3_600,
    "silent_after": 60,
    "clock_slack": 60,
    "head_life": 20_000,
    "intake_per_period": 500,
    "blobs_per_period": 256,
    "close_after": 12,
}
UNITS = {"north": ("Northern anti-corruption unit", "cumbria"), "south": ("Southern standards unit", "dorset")}
ANSWER = "We have it. Thank you."
WITHIN = 200.0
"""Seconds for a block: Tor takes its time."""
BEFORE_BOTH = 6
"""Sections of first-unit.md that each unit goes through; what follows is done once."""


def blocks(name: str) -> list[tuple[int, str, str]]:
    """Section, machine and text of each block that is typed, in order."""
    found, section = [], 0
    for match in re.finditer(r"^## (\d+)\.|^```sh (\w+)[ #]*\n(.*?)^```$", (RUNBOOKS / name).read_text(), re.M | re.S):
        if match[1]:
            section = int(match[1])
        else:
            found.append((section, match[2], match[3]))
    return found


@dataclass
class Room:
    """Everybody who takes part; ``slug`` is the unit of which it is the turn."""

    hub: Hub
    stack: ExitStack
    folder: Path
    slug: str = "north"
    machines: dict[str, Machine] = field(default_factory=dict)
    people: dict[str, Typist] = field(default_factory=dict)

    def answers(self) -> dict[str, Answer]:
        def of_unit(at: int) -> Callable[[str], str]:
            return lambda _: UNITS[self.slug][at]

        return {
            r"Passphrase of this root: ": "a root keeper's passphrase",
            r"Desk passphrase: ": "the desk's own passphrase",
            r"Desk passphrase:(?! )": "the desk's own passphrase",
            r"Member's passphrase: |\nPassphrase: ": "ada's own passphrase",
            r"Repeat for confirmation: ": "again",
            r"One-time code \(empty with a first passphrase\): ": self.code,
            r"Press Enter .* cleared\.": "",
            r"or Enter to skip: |Answer them\? \[y/N\]: |or Enter for SQLite: ": "",
            r"Your codename \(eight words, not shown\): ": self.codename,
            r"Short name of the unit: ": lambda _: self.slug,
            r"Whole name of the unit: ": of_unit(0),
            r"Its force, by its short name \(dropbox-keys forces\): ": of_unit(1),
            r"Name of its first member: ": "ada",
            r"\nCase: ": lambda screen: re.findall(r"^(\d+); .*opened ", screen, re.M)[-1],
            r"Type the last four letters of theirs: ": lambda _: self.fingerprint()[-4:],
        }

    def code(self, screen: str) -> str:
        return pyotp.TOTP(re.findall(r"\b[A-Z2-7]{32,}\b", screen)[-1]).now()

    def codename(self, screen: str) -> str:
        return re.findall(r"^    ((?:[a-z-]+ ){7}[a-z-]+)$", screen, re.M)[-1]

    def fingerprint(self) -> str:
        """As the roots' machine showed it."""
        return re.findall(r"(?:[0-9a-f]{4} ){15}[0-9a-f]{4}", self.people["roots"].screen)[-1]

    def at(self, name: str) -> Typist:
        """Whoever sits at that machine; a desk is each unit's own."""
        place = f"desk-{self.slug}" if name == "desk" else name
        if place not in self.people:
            hub = None if name == "roots" else self.hub
            number = len(self.machines) + 2
            made = self.stack.enter_context(
                machine(place, number, self.folder / "machines", self.folder / "media", hub)
            )
            self.machines[place] = made
            person = made.sit_down(self.answers())
            self.stack.callback(person.close)
            self.people[place] = person
            if hub:
                self.join_network(made)
        return self.people[place]

    def type(self, name: str, block: str) -> None:
        """One block at that machine. Raises AssertionError, with the end of its journal."""
        person = self.at(name)
        begin, until = len(person.screen), time.monotonic() + WITHIN
        try:
            person.run(block, WITHIN)
            # Whoever comes back before the batch has left comes back again.
            while block.startswith("dropbox-source check") and ANSWER not in person.screen[begin:]:
                assert time.monotonic() < until, person.screen[begin:]
                person.run(block, WITHIN)
        except AssertionError as error:
            place = f"desk-{self.slug}" if name == "desk" else name
            error.add_note(self.machines[place].run("journalctl --no-pager -n 60").stdout)
            raise

    def join_network(self, made: Machine) -> None:
        """Tor's defaults, which no runbook touches, name the private network's relays."""
        made.ok("mkdir -p /usr/share/tor /etc/systemd/system/tor@default.service.d")
        (made.given / "network").write_text(self.hub.torrc())
        made.ok("cat /given/network > /etc/tor-network")
        (made.given / "here.conf").write_text(
            "[Service]\nExecStartPre=\nExecStart=\nExecStart=/usr/bin/tor --defaults-torrc /etc/tor-network "
            "-f /etc/tor/torrc --RunAsDaemon 0 --User debian-tor --DataDirectory /var/lib/tor\n"
        )
        made.ok("cp /given/here.conf /etc/systemd/system/tor@default.service.d/; systemctl daemon-reload")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    assert list(PACKAGES.glob("*.deb")), "run `make package` before"
    for medium in ("stick/packages", "root-1", "root-2", "root-3"):
        (tmp_path / "media" / medium).mkdir(parents=True)
    for package in PACKAGES.glob("*.deb"):
        shutil.copy(package, tmp_path / "media" / "stick" / "packages")
    (tmp_path / "media" / "stick" / "fast.json").write_text(json.dumps(FAST))
    hub = Hub(f"hub-{tmp_path.name[-8:]}")
    with ExitStack() as stack:
        stack.callback(hub.close)
        yield Room(hub, stack, tmp_path)


@pytest.mark.parametrize("name", ["first-service.md", "first-unit.md"])
def test_each_block_is_of_a_machine_and_is_shell(name: str) -> None:
    """Whatever is typed names where, and a shell reads it to its end; what is not typed is marked as text."""
    book = (RUNBOOKS / name).read_text()
    found = blocks(name)
    assert len(found) == len(re.findall(r"^```sh", book, re.M)) > 3
    assert {place for _, place, _ in found} <= {"roots", "server", "desk", "source"}
    assert set(re.findall(r"^```(\w+)", book, re.M)) <= {"sh", "text"}
    for _, place, block in found:
        done = subprocess.run(["/bin/bash", "-n"], input=block, capture_output=True, text=True, check=False)
        assert done.stderr == "", (place, block)
        assert "/opt/" not in block


@pytest.mark.long
@pytest.mark.mounts
@pytest.mark.systemd
@pytest.mark.timeout(3_600)
def test_two_units_answer_a_report_each(room: Room) -> None:
    """From packages on bare machines to an answer that its source reads, over an onion service, for a first unit and a
    second one, by the two runbooks and nothing else; the doctor finds nothing serious."""
    for _, name, block in blocks("first-service.md"):
        room.type(name, block)
    assert room.people["server"].screen.count("active\n") == 2
    room.people["roots"].run("POLICY=fast.json\n")
    for slug in UNITS:
        room.slug = slug
        for section, name, block in blocks("first-unit.md"):
            if section < BEFORE_BOTH or slug == list(UNITS)[-1]:
                room.type(name, block)
    assert room.people["source"].screen.count(ANSWER) == len(UNITS)
    assert "serious" not in room.people["server"].screen
