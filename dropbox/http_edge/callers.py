# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is at the other end of a connection, as far as a server must know to be fair: one Tor circuit, one prefix of
addresses, or nobody that can be told from others.

An address becomes a mark as soon as it is seen: an HMAC under a key that lives in memory for an hour. What a line of
the PROXY protocol (version 1, section 2.1) says is believed on a listener alone whose settings name who writes it.
"""

import hmac
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

LONGEST_PROXY_LINE = 107
"""Bytes of the line with its end."""
MARK = 16
HOUR = 3_600.0
UNIX: Final = "unix"
_CIRCUITS = ipaddress.IPv6Network("fc00:dead:beef:4dad::/64")
"""Where Tor's HiddenServiceExportCircuitID puts the number of a circuit: the last 32 bits."""
_PREFIX_4, _PREFIX_6 = 24, 56
_LINE = re.compile(rb"PROXY TCP([46]) ([0-9a-fA-F.:]{2,39}) ([0-9a-fA-F.:]{2,39}) [0-9]{1,5} [0-9]{1,5}\r\n")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NoProxyLine(Exception):
    """The front's line is missing, cut or not of the form."""


class Kind(Enum):
    """What a caller is: who comes over a bare Unix socket or from this machine cannot be told from others."""

    SHARED = "shared"
    CIRCUIT = "circuit"
    PREFIX = "prefix"


@dataclass(frozen=True)
class Caller:
    """``mark`` has 16 bytes and says nothing without the hour's key; it is empty of the shared caller."""

    kind: Kind
    mark: bytes = b""


SHARED = Caller(Kind.SHARED)


@dataclass(frozen=True)
class Front:
    """What stands before a listener and says who calls: ``address`` where it connects from; None, whoever may open the
    Unix socket."""

    address: str | None


def parse_front(value: str) -> Front | None:
    """A setting: empty, ``unix``, or the address from which the front connects. Raises ValueError."""
    if not value:
        return None
    return Front(None if value == UNIX else str(ipaddress.ip_address(value)))


def plain_address(text: str) -> Address:
    """An address of version 4 as such, also where a listener for both writes it as one of version 6. Raises
    ValueError."""
    address = ipaddress.ip_address(text.partition("%")[0])
    return getattr(address, "ipv4_mapped", None) or address


def proxy_line(data: bytes) -> tuple[Address, bytes] | None:
    """The caller's address and what follows the line; None while the line is not whole. Raises NoProxyLine."""
    end = data.find(b"\n", 0, LONGEST_PROXY_LINE)
    if end < 0:
        if len(data) >= LONGEST_PROXY_LINE or not data.startswith(b"PROXY "[: len(data)]):
            raise NoProxyLine
        return None
    found = _LINE.fullmatch(data[: end + 1])
    if found is None:
        raise NoProxyLine
    try:
        source, _ = (ipaddress.ip_address(found[at].decode()) for at in (2, 3))
    except ValueError:
        raise NoProxyLine from None
    if source.version != int(found[1]):
        raise NoProxyLine
    return plain_address(str(source)), data[end + 1 :]


class Callers:
    """Gives each address its mark. The key changes every hour, and the one before is gone."""

    def __init__(self, random: Callable[[int], bytes], steady: Callable[[], float]) -> None:
        """``random`` draws so many bytes; ``steady`` gives seconds that no setting of a clock moves."""
        self._random = random
        self._steady = steady
        self._hour = -1
        self._key = b""

    def tell(self, address: Address | None) -> Caller:
        """The caller at a plain address; None, on a Unix socket without a front, is the shared one."""
        hour = int(self._steady() // HOUR)
        if hour != self._hour:
            self._hour, self._key = hour, self._random(32)
        if address is None or address.is_loopback:
            return SHARED
        if address in _CIRCUITS:
            return self._marked(Kind.CIRCUIT, address.packed[-4:])
        length = _PREFIX_4 if address.version == 4 else _PREFIX_6
        network = ipaddress.ip_network((address, length), strict=False)
        return self._marked(Kind.PREFIX, network.network_address.packed)

    def _marked(self, kind: Kind, who: bytes) -> Caller:
        return Caller(kind, hmac.digest(self._key, kind.value.encode() + b"\0" + who, "sha256")[:MARK])
