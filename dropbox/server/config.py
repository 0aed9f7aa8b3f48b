# SPDX-License-Identifier: AGPL-3.0-or-later
"""``server.toml``: strict, readable by its owner only."""

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dropbox.command_line.addresses import Address, parse_address
from dropbox.command_line.inputs import read_bytes, read_text
from dropbox.command_line.refused import InputRefused
from dropbox.http_edge.callers import UNIX, Front, parse_front
from dropbox.local.private import OpenToOthers, refuse_open_to_others
from dropbox.protocol.anchor_file import parse_anchor_file
from dropbox.protocol.anchors import SignedAnchor
from dropbox.protocol.errors import ProtocolError

_LARGEST = 1 << 20  # bytes of a settings or anchor file
DISK_RESERVE = 512 * 1024 * 1024
MOST_WORKERS = 64
KEEP_BACKUPS = 3
WHOLE, WORKER, PUBLISHER = ROLES = ("whole", "worker", "publisher")
"""What one process does: answer and publish, only answer, only publish. A service has one publisher."""
EXIT_URL = "https://www.bbc.co.uk/weather"
"""Where *Exit this page* ends: a page that many people read for many reasons."""
_SCHEMES = {"sqlite": "sqlite", "postgresql": "postgresql+asyncpg", "postgresql+asyncpg": "postgresql+asyncpg"}


_RECIPIENT = re.compile(r"age1[02-9ac-hj-np-z]{58}")
_ONION = re.compile(r"http://[a-z2-7]{56}\.onion/")


class ConfigRefused(Exception):
    """The file cannot be used; the message is one line that says what to do."""


Listen = Address
"""Where the server listens: a Unix socket's path, or a host and a port (0: any free one)."""


def _quoted(value: object) -> str:
    """A TOML string: its escapes are those of JSON."""
    return json.dumps(str(value), ensure_ascii=False)


@dataclass(frozen=True)
class ServerConfig:
    """Where the server listens and keeps its things. ``disk_reserve`` in bytes; paths are absolute. ``front``: what
    says who calls, by a line of the PROXY protocol: nothing, ``unix`` (whoever opens the socket), or an address.
    ``workers``: how many processes answer, each with its part of the supply. ``onion``: the service's onion
    address, which the pages then tell; empty for none. ``brand`` and ``support``: the files of `brand.py` and
    `support.py`, where there are any."""

    listen: Listen
    database: str
    data_dir: Path
    anchor: Path
    disk_reserve: int = DISK_RESERVE
    exit_url: str = EXIT_URL
    demo: bool = False
    role: str = WHOLE
    front: str = ""
    workers: int = 1
    onion: str = ""
    brand: Path | None = None
    support: Path | None = None
    backup: Path | None = None
    backup_recipient: str = ""
    keep_backups: int = KEEP_BACKUPS
    alarm: tuple[str, ...] = ()
    health: Listen | None = None

    @property
    def announced(self) -> Front | None:
        """What says who calls."""
        return parse_front(self.front)

    @property
    def segments(self) -> Path:
        return self.data_dir / "segments"

    @property
    def blobs(self) -> Path:
        return self.data_dir / "blobs"

    @property
    def board(self) -> Path:
        return self.data_dir / "board"

    def encode(self) -> str:
        """The file's text."""
        return (
            "# The drop-box server. Only its own user may read this file.\n"
            f"listen = {_quoted(self.listen)}\n"
            f"database = {_quoted(self.database)}\n"
            f"data_dir = {_quoted(self.data_dir)}\n"
            f"anchor = {_quoted(self.anchor)}\n"
            f"# Bytes of disk below which nothing more is taken.\n"
            f"disk_reserve = {self.disk_reserve}\n"
            f"# Where *Exit this page* ends.\n"
            f"exit_url = {_quoted(self.exit_url)}\n"
            f"demo = {str(self.demo).lower()}\n"
            "# whole: answers and publishes. worker: only answers. publisher: only publishes.\n"
            f"role = {_quoted(self.role)}\n"
            '# What writes a PROXY line before each connection: "", "unix" (Tor on this socket), or an address.\n'
            f"front = {_quoted(self.front)}\n"
            "# How many processes answer; each takes its part of what a period may bring.\n"
            f"workers = {self.workers}\n"
            "# The onion address that the pages tell, as http://….onion/, or empty.\n"
            f"onion = {_quoted(self.onion)}\n"
            "# Whose service this is, and who else helps: absolute paths of brand.toml and support.toml, or empty.\n"
            f"brand = {_quoted(self.brand or '')}\n"
            f"support = {_quoted(self.support or '')}\n"
            "# The folder of backups, on another disk, and the age recipient that they are sealed to; empty for none.\n"
            f"backup = {_quoted(self.backup or '')}\n"
            f"backup_recipient = {_quoted(self.backup_recipient)}\n"
            f"keep_backups = {self.keep_backups}\n"
            "# A program that is told what is to be done, with its words; [] for none. Where health and figures are\n"
            "# asked for, a Unix socket or a loopback address of their own; empty for nowhere.\n"
            f"alarm = [{', '.join(_quoted(one) for one in self.alarm)}]\n"
            f"health = {_quoted(self.health or '')}\n"
        )


def parse_listen(value: str) -> Listen:
    """``unix:/path``, ``HOST:PORT`` or ``[IPv6]:PORT``. Raises ConfigRefused."""
    try:
        return parse_address(value, "listen", unix=True, any_port=True)
    except InputRefused as error:
        raise ConfigRefused(error.say) from None


def parse_database(value: str) -> str:
    """A URL of SQLite (an absolute file) or PostgreSQL. Raises ConfigRefused."""
    scheme, separator, rest = value.partition("://")
    try:
        whole = scheme == "sqlite" or urlsplit(value).port != 0
    except ValueError:
        whole = False
    if not separator or scheme not in _SCHEMES or not whole:
        raise ConfigRefused("database: give sqlite:////absolute/file or postgresql://user@host/name")
    if scheme == "sqlite" and not rest.startswith("//"):
        raise ConfigRefused("database: a SQLite file needs an absolute path, sqlite:////absolute/file")
    if scheme == "sqlite" and "?" in rest:
        # What follows it is read as options, and the file would be another one than is named.
        raise ConfigRefused("database: the path of a SQLite file must hold no question mark")
    return f"{_SCHEMES[scheme]}://{rest}"


def parse_exit_url(value: str) -> str:
    """An address that a browser can go to. Raises ConfigRefused."""
    if not re.fullmatch(r"https?://[!#-;=?-\[\]-~]+", value):
        raise ConfigRefused("exit_url: give a whole address, for example https://www.example.org/weather")
    return value


def parse_onion(value: str) -> str:
    """An onion address of version 3, or nothing. Raises ConfigRefused."""
    if value and not _ONION.fullmatch(value):
        raise ConfigRefused('onion: give http://, the 56 letters and digits, .onion/, or "" for none')
    return value


def parse_recipient(value: str) -> str:
    """An age recipient by its form, or nothing; whoever seals to it checks it whole. Raises ConfigRefused."""
    if value and not _RECIPIENT.fullmatch(value):
        raise ConfigRefused(
            "backup_recipient: give the line that begins with age1, as `dropbox-admin backup-key` says it"
        )
    return value


def check_front(value: str, listen: Listen) -> str:
    """As it is to be stored. Raises ConfigRefused."""
    try:
        front = parse_front(value)
    except ValueError:
        raise ConfigRefused('front: give "", "unix", or the address from which the front connects') from None
    if front is None:
        return ""
    if (front.address is None) != (listen.path is not None):
        raise ConfigRefused('front: "unix" goes with a Unix socket, an address with a host and port, and no other way')
    return front.address or UNIX


def _take(table: dict[str, Any], name: str, kind: type, default: Any = None) -> Any:
    value = table.pop(name, default)
    if value is None:
        raise ConfigRefused(f"{name}: this line is missing")
    if type(value) is not kind:
        raise ConfigRefused(f"{name}: this must be a {kind.__name__}")
    return value


def _absolute(table: dict[str, Any], name: str) -> Path:
    path = Path(_take(table, name, str))
    if not path.is_absolute():
        raise ConfigRefused(f"{name}: give an absolute path")
    return path


def _absolute_if_any(table: dict[str, Any], name: str) -> Path | None:
    if table.get(name, "") == "":
        table.pop(name, None)
        return None
    return _absolute(table, name)


def _program(table: dict[str, Any], name: str) -> tuple[str, ...]:
    words = _take(table, name, list, [])
    if not all(isinstance(one, str) for one in words) or (words and not Path(words[0]).is_absolute()):
        raise ConfigRefused(f"{name}: give a list of words, the absolute path of a program first")
    return tuple(words)


def _listen_if_any(table: dict[str, Any], name: str) -> Listen | None:
    value = _take(table, name, str, "")
    try:
        return parse_listen(value) if value else None
    except ConfigRefused as error:
        raise ConfigRefused(f"{name}: {str(error).removeprefix('listen: ')}") from None


def parse_config(text: str) -> ServerConfig:
    """Raises ConfigRefused, naming the line that is wrong."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigRefused(f"not TOML: {error}") from None
    listen = parse_listen(_take(table, "listen", str))
    config = ServerConfig(
        listen=listen,
        database=parse_database(_take(table, "database", str)),
        data_dir=_absolute(table, "data_dir"),
        anchor=_absolute(table, "anchor"),
        disk_reserve=_take(table, "disk_reserve", int, DISK_RESERVE),
        exit_url=parse_exit_url(_take(table, "exit_url", str, EXIT_URL)),
        demo=_take(table, "demo", bool, False),
        role=_take(table, "role", str, WHOLE),
        front=check_front(_take(table, "front", str, ""), listen),
        workers=_take(table, "workers", int, 1),
        onion=parse_onion(_take(table, "onion", str, "")),
        brand=_absolute_if_any(table, "brand"),
        support=_absolute_if_any(table, "support"),
        backup=_absolute_if_any(table, "backup"),
        backup_recipient=parse_recipient(_take(table, "backup_recipient", str, "")),
        keep_backups=_take(table, "keep_backups", int, KEEP_BACKUPS),
        alarm=_program(table, "alarm"),
        health=_listen_if_any(table, "health"),
    )
    if table:
        raise ConfigRefused(f"{sorted(table)[0]}: this release knows no such line; remove it or correct its name")
    if config.role not in ROLES:
        raise ConfigRefused(f"role: give one of {', '.join(ROLES)}")
    if not 1 <= config.workers <= MOST_WORKERS:
        raise ConfigRefused(f"workers: give a number from 1 to {MOST_WORKERS}")
    if config.keep_backups < 1:
        raise ConfigRefused("keep_backups: give a number, 1 or more")
    if config.health is not None and (config.health == config.listen or not config.health.loopback):
        raise ConfigRefused("health: give a Unix socket or a loopback address, another than `listen`")
    if config.disk_reserve < 0:
        raise ConfigRefused("disk_reserve: give a number of bytes, 0 or more")
    return config


def load_config(path: Path) -> ServerConfig:
    """Raises ConfigRefused."""
    try:
        text = read_text(path, _LARGEST, "settings file")
        refuse_open_to_others(path)
    except InputRefused as error:
        raise ConfigRefused(error.say) from None
    except OpenToOthers:
        raise ConfigRefused(f"other users may read or change {path}: run `chmod 600 {path}`") from None
    try:
        return parse_config(text)
    except ConfigRefused as error:
        raise ConfigRefused(f"{path}: {error}") from None


def read_anchor(path: Path) -> SignedAnchor:
    """An anchor that its own roots signed. Raises ConfigRefused."""
    try:
        return parse_anchor_file(read_bytes(path, _LARGEST, "anchor file"))
    except InputRefused as error:
        raise ConfigRefused(error.say) from None
    except ProtocolError as error:
        raise ConfigRefused(f"the anchor file {path}: {error.say} ({error})") from None
