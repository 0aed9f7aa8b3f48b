# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checks of what stands in front of the server's Unix socket: the onion service's lines in this machine's torrc."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .findings import Finding, ok, serious, warning

TORRC = Path("/etc/tor/torrc")
_DEEPEST = 4
"""Files that include one another; Tor's own bound is higher, and no setup needs more."""
_INSTALL = "install deploy/tor/torrc as it is shipped, then restart tor"
_DEFAULT_QUEUE_RATE = 250


class TorrcRefused(Exception):
    """A torrc cannot be read; the message says why."""


@dataclass
class OnionService:
    """The lines of one HiddenServiceDir: the last value of each option, by its name in small letters, and all ports."""

    values: dict[str, str] = field(default_factory=dict)
    ports: list[str] = field(default_factory=list)

    def number(self, name: str, default: int) -> int:
        """An option's number. What is none, Tor refuses to start with."""
        text = self.values.get(name.lower(), "")
        return int(text) if text.isascii() and text.isdigit() else default

    def leads_to(self, socket: Path) -> bool:
        """Whether one of its ports ends at that Unix socket."""
        return any(port.partition(" ")[2].strip().replace('"', "") == f"unix:{socket}" for port in self.ports)


def _included(pattern: str, base: Path) -> list[Path]:
    """A file, the files of a folder, or those of a pattern, in Tor's order."""
    path = Path(pattern.strip('"'))
    found = sorted(path.parent.glob(path.name)) if "*" in path.name else [path if path.is_absolute() else base / path]
    inside = [sorted(one.iterdir()) if one.is_dir() else [one] for one in found]
    return [one for files in inside for one in files if not one.name.startswith(".")]


def _lines(path: Path, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Option and value of each line, those of included files in their place. Raises TorrcRefused."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace").replace("\\\n", " ")
        for line in text.splitlines():
            name, _, value = line.split("#", 1)[0].strip().replace("\t", " ").partition(" ")
            if name.lower() != "%include":
                yield name.lower(), value.strip()
                continue
            if depth == _DEEPEST:
                raise TorrcRefused(f"{path} includes too deep")
            for one in _included(value.strip(), path.parent):
                yield from _lines(one, depth + 1)
    except OSError as error:
        raise TorrcRefused(f"{path} cannot be read: {error.strerror}") from None


def onion_services(path: Path) -> list[OnionService]:
    """Every onion service of a torrc. Raises TorrcRefused."""
    found: list[OnionService] = []
    for name, value in _lines(path):
        if name == "hiddenservicedir":
            found.append(OnionService())
        elif name == "hiddenserviceport" and found:
            found[-1].ports.append(value)
        elif name.startswith("hiddenservice") and found:
            found[-1].values[name] = value
    return found


def check_front(socket: Path, front: str, torrc: Path = TORRC) -> tuple[list[Finding], Sequence[OnionService]]:
    """Whether Tor and server agree on the line that names a circuit, and which onion services lead here."""
    try:
        services = [one for one in onion_services(torrc) if one.leads_to(socket)]
    except TorrcRefused as refused:
        fix = "let the server's user read it, or name it with --torrc; where no Tor stands in front, nothing is to do"
        return [warning("tor", f"{refused}: its lines were not looked at", fix)], []
    if not services:
        fix = f"{_INSTALL}, or name the file with --torrc; where another front sends the line, nothing is to do"
        return [warning("tor", f"no onion service of {torrc} leads to {socket}", fix)], []
    exported = all(one.values.get("hiddenserviceexportcircuitid") == "haproxy" for one in services)
    if exported and not front:
        what = "Tor begins each connection with the circuit's line, and the server expects none: it answers nobody"
        return [serious("tor", what, 'set front = "unix" in server.toml')], services
    if front and not exported:
        what = "the server expects a line with the circuit, and Tor sends none: every connection is closed"
        return [serious("tor", what, "set HiddenServiceExportCircuitID haproxy in torrc")], services
    return [ok("tor", "each connection says which circuit it came by")] if front else [], services


def check_streams(service: OnionService) -> Finding:
    """One circuit opens no more streams than a visitor needs."""
    most = service.number("HiddenServiceMaxStreams", 0)
    if not most:
        return warning("tor-streams", "one circuit may open streams without end", "set HiddenServiceMaxStreams 8")
    if most < 6:
        what = f"a circuit may open {most} streams, and a browser opens up to 6 at once"
        return warning("tor-streams", what, "set HiddenServiceMaxStreams 8")
    return ok("tor-streams", f"at most {most} on a circuit")


def check_price(service: OnionService, firsts: float) -> Finding:
    """Circuits get a price before they take all turns. ``firsts``: the signed supply of first turns a second."""
    wanted = max(1, math.ceil(2 * firsts))
    fix = f"set HiddenServicePoWDefensesEnabled 1 and HiddenServicePoWQueueRate {wanted}"
    if service.values.get("hiddenservicepowdefensesenabled") != "1":
        return warning("tor-price", "fresh circuits cost nothing, and each has a first turn", fix)
    rate = service.number("HiddenServicePoWQueueRate", _DEFAULT_QUEUE_RATE)
    said = f"work is asked from {rate} circuits a second on; first turns come at {firsts:.2f} a second"
    if not rate or rate > 2 * wanted:
        what = said if rate else "work is asked of nobody: HiddenServicePoWQueueRate 0 has no limit"
        return warning("tor-price", f"{what}: below that, whoever buys circuits takes them all for nothing", fix)
    if rate < firsts:
        return warning("tor-price", f"{said}: visitors would have to work while there is enough for all", fix)
    return ok("tor-price", said)
