# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a desk serves its web pages, and under which names browsers may ask for them."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dropbox.command_line.addresses import is_loopback, parse_address, shown_host
from dropbox.command_line.refused import InputRefused
from dropbox.http_edge.callers import Front, parse_front
from journalist_ui.refusals import BadInput

NO_WEB = "none"
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")


@dataclass(frozen=True)
class WebAddress:
    """A checked address. ``names`` are the hosts, without port, that a request may name; ``secure`` says that browsers
    reach it by https. ``front`` is what says who calls, by a PROXY line before each connection's first byte."""

    host: str
    port: int
    url: str
    names: frozenset[str]
    secure: bool
    certificate: Path | None = None
    key: Path | None = None
    front: Front | None = None


def split_host(text: str) -> tuple[str, int]:
    """HOST:PORT, an IPv6 host in brackets. Raises BadInput."""
    try:
        found = parse_address(text, "web is the HOST:PORT at which the web pages are served, or the word none")
    except InputRefused as error:
        raise BadInput(error.say + ".") from None
    return found.host, found.port


def check_web(web: str, url: str, certificate: str, key: str, front: str = "") -> WebAddress | None:
    """Raises BadInput: no such address, TLS half given, an address beyond this machine without TLS, or a front that
    cannot be."""
    if web == NO_WEB:
        return None
    host, port = split_host(web)
    if bool(certificate) != bool(key):
        raise BadInput("web_cert and web_key belong together: name both, or neither.")
    if not all(Path(file).is_absolute() for file in (certificate, key) if file):
        raise BadInput("web_cert and web_key are absolute paths.")
    loopback = is_loopback(host)
    if not loopback and not certificate:
        raise BadInput(
            f"{host} is reached from beyond this machine: the web pages need web_cert and web_key there. "
            "Name both, or use 127.0.0.1."
        )
    address = url or f"{'https' if certificate else 'http'}://{shown_host(host)}:{port}/"
    scheme, name = _split_url(address)
    if certificate and scheme != "https":
        raise BadInput("With web_cert, web_url begins with https.")
    if scheme == "http" and not (name in _LOOPBACK_NAMES or name.endswith(".localhost") or is_loopback(name)):
        raise BadInput("web_url begins with http for names of this machine alone: 127.0.0.1, localhost, *.localhost.")
    names = frozenset({name}) | (_LOOPBACK_NAMES if loopback else frozenset())
    cert, its_key = (Path(certificate), Path(key)) if certificate else (None, None)
    return WebAddress(host, port, address, names, scheme == "https", cert, its_key, _front(front, certificate))


def _front(front: str, certificate: str) -> Front | None:
    """Raises BadInput."""
    try:
        found = parse_front(front)
    except ValueError:
        found = Front(None)
    if found is not None and (found.address is None or certificate):
        raise BadInput(
            "web_front is the address from which a front connects that ends TLS itself, such as 127.0.0.1: with it "
            "there is no web_cert. Empty where there is no front."
        )
    return found


def _split_url(url: str) -> tuple[str, str]:
    """Scheme and host. Raises BadInput."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition(":")[0] if parts.port else parts.netloc
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https") or parts.path not in ("", "/") or not _NAME.fullmatch(host):
        raise BadInput("web_url is the address of the pages: http or https, a name in small letters, a port, no path.")
    return parts.scheme, host
