# SPDX-License-Identifier: AGPL-3.0-or-later
"""One reading of addresses for all commands: HOST:PORT, [IPv6]:PORT, unix:/path."""

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path

from .refused import InputRefused

_UNIX = "unix:"
_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*\.?")
_PORT = re.compile(r"[0-9]{1,5}")


@dataclass(frozen=True)
class Address:
    """Where something listens or is reached: the absolute ``path`` of a Unix socket, or a ``host`` and a ``port``.

    ``host`` is a name in small letters or an address in its shortest form, without brackets.
    """

    path: Path | None
    host: str = ""
    port: int = 0

    def __str__(self) -> str:
        """As it is written in settings; read back, it is the same address."""
        return f"{_UNIX}{self.path}" if self.path else f"{shown_host(self.host)}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Whether nobody beyond this machine reaches it."""
        return self.path is not None or is_loopback(self.host)


def shown_host(host: str) -> str:
    """A host as it stands before a port: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def is_loopback(host: str) -> bool:
    """Whether a host, without brackets, is this machine's own and no other's."""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def parse_address(text: str, what: str, *, unix: bool = False, any_port: bool = False) -> Address:
    """``what`` names the option or setting in a sentence. ``unix`` allows a Unix socket, ``any_port`` port 0.

    Raises InputRefused.
    """
    text = text.strip()
    if unix and text.startswith(_UNIX):
        path = text.removeprefix(_UNIX)
        if not path.startswith("/") or "\0" in path:
            raise InputRefused(f"{what}: give the socket as unix:/absolute/path")
        return Address(Path(path))
    host, _, port = text.rpartition(":")
    written = "unix:/absolute/path or HOST:PORT" if unix else "HOST:PORT"
    if ":" in host and not (host.startswith("[") and host.endswith("]")):
        raise InputRefused(f"{what}: write an IPv6 address in brackets, as in [::1]:8080")
    if not host or not _PORT.fullmatch(port) or not (0 if any_port else 1) <= int(port) < 65_536:
        raise InputRefused(f"{what}: give {written}, for example 127.0.0.1:8080 or [::1]:8080")
    return Address(None, _host(host, what), int(port))


def parse_proxy(text: str | None, what: str) -> str:
    """A proxy's HOST:PORT; empty where none is asked for, with None. Raises InputRefused, also for an empty text:
    whoever names a proxy and gives none, as by a variable that is not set, must not go out without it."""
    if text is None:
        return ""
    if not text.strip():
        raise InputRefused(f"{what} is empty. Give the proxy as HOST:PORT, or leave {what} out to go without.")
    return str(parse_address(text, what))


def _host(host: str, what: str) -> str:
    """Without brackets, in one spelling. Raises InputRefused."""
    if host.startswith("["):
        try:
            return str(ipaddress.IPv6Address(host[1:-1]))
        except ValueError:
            raise InputRefused(f"{what}: what stands in the brackets is no IPv6 address") from None
    try:
        return str(ipaddress.IPv4Address(host))
    except ValueError:
        name = host.lower()
        if not name.strip("0123456789."):
            raise InputRefused(f"{what}: an IPv4 address has four numbers up to 255") from None
        if not _NAME.fullmatch(name):
            raise InputRefused(f"{what}: that is no name of a host") from None
        return name
