# SPDX-License-Identifier: AGPL-3.0-or-later
"""Answers of the web pages as bytes on the wire: every header is written here, so that none comes from a library."""

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

HTML = "text/html; charset=utf-8"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
ALWAYS = (
    ("cache-control", "no-store"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("content-security-policy", POLICY),
)


class Answer(web.StreamResponse):
    """One answer that is in memory as a whole. ``more`` are headers beside those of every answer."""

    def __init__(
        self, body: bytes, content_type: str = HTML, status: int = 200, more: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(status=status)
        self.content = body
        self.more = more
        self._type = content_type
        self._request: web.BaseRequest | None = None
        self._keep = False

    @property
    def keep_alive(self) -> bool:
        return self._keep

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """A body that was not read ends the connection."""
        self._request = request
        self._keep = bool(request.keep_alive) and not request.can_read_body and request.method != "HEAD"
        return request.writer

    def head(self) -> bytes:
        """Status line and headers."""
        lines = [
            f"HTTP/1.1 {self.status} {'Success' if self.status < 400 else 'Refused'}",
            f"content-type: {self._type}",
            f"content-length: {len(self.content)}",
            *(f"{name}: {value}" for name, value in (*ALWAYS, *self.more)),
            f"connection: {'keep-alive' if self._keep else 'close'}",
        ]
        return "\r\n".join([*lines, "", ""]).encode()

    async def write_eof(self, data: bytes = b"") -> None:
        if self._request is None:
            return
        writer = self._request.writer
        await writer.write(self.head() + (b"" if self._request.method == "HEAD" else self.content))
        await writer.write_eof()
        self._request = None


def to(address: str, *more: tuple[str, str]) -> Answer:
    """Go on to another page, by GET."""
    return Answer(b"", status=303, more=(("location", address), *more))
