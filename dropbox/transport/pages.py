# SPDX-License-Identifier: AGPL-3.0-or-later
"""The service's page fetched part by part as a browser fetches it: the same headers in the same order.

Whoever serves it can still tell the two apart, by TLS and by how connections are used; ``dropbox-source verify-client``
says so.
"""

import zlib

from .errors import BadAnswer
from .http import Connection

LARGEST = 8 << 20
"""Bytes of a part, unpacked."""
_AGENT = "Mozilla/5.0 (Windows NT 10.0; rv:153.0) Gecko/20100101 Firefox/153.0"
"""What Tor Browser says on every machine."""
_COMMON = {
    "Accept-Language": "en-US,en;q=0.9",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Connection": "keep-alive",
}
_DOCUMENT = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "document",
    "navigate",
    "none",
    "u=0, i",
)
_BY_ENDING = {
    ".css": ("text/css,*/*;q=0.1", "style", "no-cors", "same-origin", "u=2"),
    ".js": ("*/*", "script", "cors", "same-origin", ""),
    ".woff2": ("application/font-woff2;q=1.0,application/font-woff;q=0.9,*/*;q=0.8", "font", "cors", "same-origin", ""),
}
_WORKER = ("*/*", "worker", "same-origin", "same-origin", "u=4")


def browser_headers(address: str) -> dict[str, str]:
    """What a browser sends for this part of the page, in its order, behind Host."""
    ending = address[address.rfind(".") :] if "." in address else ""
    accept, destination, mode, site, priority = _BY_ENDING.get(ending, _DOCUMENT)
    if address == "/worker.js":
        accept, destination, mode, site, priority = _WORKER
    headers = {"User-Agent": _AGENT, "Accept": accept, **_COMMON}
    navigates = destination == "document"
    if navigates:
        headers["Upgrade-Insecure-Requests"] = "1"
    headers |= {"Sec-Fetch-Dest": destination, "Sec-Fetch-Mode": mode, "Sec-Fetch-Site": site}
    if navigates:
        headers["Sec-Fetch-User"] = "?1"
    return headers | ({"Priority": priority} if priority else {})


def unpacked(encoding: str, data: bytes) -> bytes:
    """At most LARGEST bytes. Raises BadAnswer for more, for what is not whole, and for an encoding that is not read."""
    if encoding in ("", "identity"):
        return data
    if encoding != "gzip":
        raise BadAnswer("encoding")
    gunzip = zlib.decompressobj(wbits=31)
    try:
        plain = gunzip.decompress(data, LARGEST + 1)
    except zlib.error:
        raise BadAnswer("packed") from None
    if not gunzip.eof or len(plain) > LARGEST:
        raise BadAnswer("packed")
    return plain


class PagesConnection(Connection):
    """One reader of the page."""

    async def part(self, address: str) -> tuple[int, str, bytes]:
        """Of one address the status, how it is packed, and the bytes as they came. Raises TransportFailed."""
        return await self.look(address, browser_headers(address), LARGEST)
