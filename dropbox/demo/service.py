# SPDX-License-Identifier: AGPL-3.0-or-later
"""The steps of a throwaway service, each of them a real command: ceremony, desks, server, members, contact keys."""

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from dropbox.forces import enabled_forces

from .authenticator import code_now
from .processes import Children, DemoFailed, run

Result = TypeVar("Result")
POLICY = {
    "period": 5,
    "collect": 5,
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
"""A period of five seconds, and spans so long that nothing a person tries in an hour expires."""
QUOTA = 16
ROOTS = 3
THRESHOLD = 2
UNITS = 3
_ALL_OF_CASES = ("investigator", "supervisor", "custodian")
MEMBERS = (("first", _ALL_OF_CASES), ("second", _ALL_OF_CASES), ("third", ("custodian",)))
DEPUTY = ("deputy", ("administrator",))
"""Added last: from then on it takes both administrators to add such members."""
ADMINISTRATOR = "admin"
KEYED = ("intake", "demo-north")
"""Units that take contact details; the other has no key for them, and its pages say so."""
_WAIT_FOR_BOARD = 90.0
_CODES = 3
"""Codes typed before one is called wrong: on a slow machine a code is too old by the time that its command reads it."""
_NORTH = ("cumbria", "northumbria")
_SOUTH = ("devon-and-cornwall", "dorset")


@dataclass
class Member:
    """A member of a demo desk with what it takes to sign in. ``role`` is the first of ``roles``."""

    name: str
    role: str
    roles: tuple[str, ...]
    passphrase: str
    totp_secret: str = ""


@dataclass
class DemoUnit:
    """One unit of the demo. ``members`` is filled as they are made; its web pages are at ``port``."""

    slug: str
    name: str
    kind: str
    forces: tuple[str, ...]
    folder: Path
    passphrase: str
    port: int
    members: list[Member] = field(default_factory=list)

    @property
    def desk(self) -> str:
        """Cookies know no ports, so each desk has a name of its own; browsers find such names on this machine."""
        return f"http://{self.slug}.localhost:{self.port}/"


def new_passphrase() -> str:
    """Random, 128 bits."""
    return secrets.token_urlsafe(16)


def demo_units(folder: Path, ports: list[int]) -> list[DemoUnit]:
    """An intake desk that serves every force that no other unit does, and two force units of two forces each."""
    others = tuple(force.slug for force in enabled_forces() if force.slug not in (*_NORTH, *_SOUTH))
    rows = (
        ("intake", "Independent intake desk (demo)", "intake-desk", others),
        ("demo-north", "Northern anti-corruption unit (demo)", "force-unit", _NORTH),
        ("demo-south", "Southern anti-corruption unit (demo)", "force-unit", _SOUTH),
    )
    return [
        DemoUnit(slug, name, kind, forces, folder / "desks" / slug, new_passphrase(), port)
        for (slug, name, kind, forces), port in zip(rows, ports, strict=True)
    ]


@dataclass
class Demo:
    """Where everything is."""

    folder: Path
    service: str
    listen: str
    units: list[DemoUnit]
    declaration: bool = False
    roots: list[str] = field(default_factory=lambda: [new_passphrase() for _ in range(ROOTS)])

    @property
    def anchor(self) -> Path:
        return self.folder / "service.anchor"

    @property
    def directory(self) -> Path:
        return self.folder / "ceremony" / "service.directory"

    def root(self, number: int) -> Path:
        return self.folder / "ceremony" / f"root-{number + 1}.key"

    @property
    def server(self) -> Path:
        return self.folder / "server"


async def make_roots(demo: Demo) -> None:
    """Three roots, and an anchor that two of them sign."""
    demo.root(0).parent.mkdir()
    await asyncio.gather(
        *(
            run(("dropbox-keys", "root", "new", "--out", str(demo.root(number))), [passphrase])
            for number, passphrase in enumerate(demo.roots)
        )
    )
    publics = [word for number in range(ROOTS) for word in ("--root-public", f"{demo.root(number)}.pub")]
    new = ("dropbox-keys", "anchor", "new", *publics, "--threshold", str(THRESHOLD), "--out", str(demo.anchor))
    await run(new)
    for number in range(THRESHOLD):
        sign = ("dropbox-keys", "anchor", "sign", "--anchor", str(demo.anchor), "--root-key", str(demo.root(number)))
        await run(sign, [demo.roots[number]])


async def _make_desk(demo: Demo, unit: DemoUnit) -> Path:
    """``dropbox-desk init``; the enrolment file."""
    administrator = Member(ADMINISTRATOR, "administrator", ("administrator", "investigator"), new_passphrase())
    said = await run(
        (
            *("dropbox-desk", "init", "--vault", str(unit.folder), "--service", demo.service),
            *("--anchor", str(demo.anchor), "--name", unit.name, "--member", administrator.name),
            *("--web", f"127.0.0.1:{unit.port}", "--web-url", unit.desk, "--demo", "--backup", "none", "--json"),
            *(() if demo.declaration else ("--no-declaration",)),
        ),
        [unit.passphrase, administrator.passphrase],
    )
    made = json.loads(said)
    administrator.totp_secret = made["totp_secret"]
    unit.members.append(administrator)
    return Path(made["enrolment"])


async def _make_server(demo: Demo) -> None:
    init = ("dropbox-admin", "init", "--dir", str(demo.server), "--anchor", str(demo.anchor), "--listen", demo.listen)
    await run((*init, "--demo"))


async def make_desks_and_server(demo: Demo) -> None:
    """Desks and server are made side by side; then the roots sign the directory that lists the desks."""
    (demo.folder / "desks").mkdir()
    *enrolments, _ = await asyncio.gather(*(_make_desk(demo, unit) for unit in demo.units), _make_server(demo))
    policy = demo.folder / "ceremony" / "policy.json"
    policy.write_text(json.dumps(POLICY))
    directory = str(demo.directory)
    new = (
        "dropbox-keys",
        "directory",
        "new",
        "--anchor",
        str(demo.anchor),
        "--policy",
        str(policy),
        "--out",
        directory,
    )
    await run(new)
    for unit, enrolment in zip(demo.units, enrolments, strict=True):
        forces = [word for force in unit.forces for word in ("--force", force)]
        add = ("dropbox-keys", "unit", "add", "--directory", directory, "--enrolment", str(enrolment))
        await run((*add, "--slug", unit.slug, "--kind", unit.kind, "--quota", str(QUOTA), *forces))
    await _publish(demo)


async def _publish(demo: Demo) -> None:
    """The roots sign the list as it is now, and the server shows it."""
    directory, config = str(demo.directory), str(demo.server / "server.toml")
    for number in range(THRESHOLD):
        sign = ("dropbox-keys", "directory", "sign", "--directory", directory, "--root-key", str(demo.root(number)))
        await run(sign, [demo.roots[number]])
    await run(("dropbox-admin", "directory", "publish", "--config", config, "--directory", directory))


def _contact_key(demo: Demo, unit: DemoUnit) -> str:
    """The file of a unit's key for contact details."""
    return str(demo.folder / "ceremony" / f"{unit.slug}.contact")


async def put_contact_keys(demo: Demo) -> None:
    """Keys for contact details were made by desks whose custodians have passphrases of their own: the roots put them
    into the next list."""
    for unit in demo.units:
        if unit.slug in KEYED:
            put = ("dropbox-keys", "unit", "contact", "--directory", str(demo.directory), "--slug", unit.slug)
            await run((*put, "--enrolment", _contact_key(demo, unit)))
    await _publish(demo)


async def by_older_code(member: Member, act: Callable[[str], Awaitable[Result]]) -> Result:
    """Do what takes a one-time code with one of half a minute ago: whoever tries the demo has the present one unused.
    Raises DemoFailed."""
    for _ in range(_CODES - 1):
        with suppress(DemoFailed):
            return await act(code_now(member.totp_secret, steps_ago=1))
    return await act(code_now(member.totp_secret, steps_ago=1))


async def _add_members(demo: Demo, unit: DemoUnit) -> None:
    """The administrator signs in once and adds the others, who make passphrases of their own and come first in the
    list."""
    administrator = unit.members[0]

    async def login(name: str, passphrase: str, code: str) -> str:
        session = str(demo.folder / f"{unit.slug}-{name}.session")
        words = ("dropbox-desk", "login", "--vault", str(unit.folder), "--member", name, "--session", session)
        await run(words, [passphrase, code])
        return session

    async def add(name: str, roles: tuple[str, ...]) -> Member:
        member, first = Member(name, roles[0], roles, new_passphrase()), new_passphrase()
        words = [word for role in roles for word in ("--role", role)]
        await run(("dropbox-desk", "member", "add", name, *words, "--session", held), [first])
        session = await login(name, first, "")
        own = ("dropbox-desk", "member", "passphrase", "--session", session, "--json")
        member.totp_secret = json.loads(await run(own, [first, member.passphrase]))["totp_secret"]
        confirm = ("dropbox-desk", "member", "confirm", "--session", session)
        await by_older_code(member, lambda code: run(confirm, [code]))
        return member

    name, passphrase = administrator.name, administrator.passphrase
    held = await by_older_code(administrator, lambda code: login(name, passphrase, code))
    added = [*await asyncio.gather(*(add(name, roles) for name, roles in MEMBERS)), await add(*DEPUTY)]
    if unit.slug in KEYED:
        await run(("dropbox-desk", "contact-key", "make", "--out", _contact_key(demo, unit), "--session", held))
    await run(("dropbox-desk", "lock", "--session", held))
    unit.members = [*added, administrator]


async def start(demo: Demo, children: Children) -> None:
    """Server first, then the desks, each of which gets its members."""
    logs = demo.folder / "logs"
    logs.mkdir()
    serve = ("dropbox", "serve", "--config", str(demo.server / "server.toml"))
    await children.start("server", serve, None, logs / "server.log")

    async def desk(unit: DemoUnit) -> None:
        words = ("dropbox-desk", "serve", "--vault", str(unit.folder))
        await children.start(unit.slug, words, unit.passphrase, logs / f"{unit.slug}.log")
        await _add_members(demo, unit)

    await asyncio.gather(*(desk(unit) for unit in demo.units))


async def wait_for_board(demo: Demo) -> None:
    """Until the board holds a batch of every unit, as a source sees it. Raises DemoFailed."""
    until = time.monotonic() + _WAIT_FOR_BOARD
    units = ("dropbox-source", "units", "--service", demo.service, "--anchor", str(demo.anchor), "--json")
    problem = "no unit"
    while time.monotonic() < until:
        try:
            rows = json.loads(await run(units))
            takes = {row["slug"] for row in rows if row["contact"]}
            if len(rows) == len(demo.units) and all(row["receives"] for row in rows) and takes == set(KEYED):
                return
        except DemoFailed as failed:
            problem = str(failed)
        await asyncio.sleep(0.3)
    raise DemoFailed(f"The board is not complete: {problem}. See {demo.folder / 'logs'}.")
