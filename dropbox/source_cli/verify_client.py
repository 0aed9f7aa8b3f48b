# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-source verify-client``: whether the service shows the page that it should."""

import asyncio
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path

import click

from dropbox.command_line.inputs import read_bytes, without_mark
from dropbox.command_line.output import say_once
from dropbox.protocol.anchors import Anchor
from dropbox.protocol.armour import PAGES, dearmour
from dropbox.protocol.pages import Pages, parse_signed_pages, verify_pages
from dropbox.protocol.primitives import sha256
from dropbox.shown.days import day_of_time
from dropbox.transport.errors import BadAnswer
from dropbox.transport.pages import PagesConnection, unpacked

from . import terminal
from .service import Stop, open_service, service_options

DOCUMENTS = ("/", "/exit")
"""What the roots sign; the rest of the page comes with the release."""
_LARGEST_PAGES = 64 * 1024
_NO_PART = "/notices.txt"
"""Nothing that runs or is shown beside a report."""
_BROTLI = ".br"
LIMIT = (
    "This is what the service sent to this program. It may know the program from a browser and send a browser "
    "something else. Over Tor it does not know whose browser it is."
)
DIFFERS = (
    "The service does not show the page that it should: do not use the page. If the service, this release or your "
    "pages file is newer than the others, get the newest of all and compare again."
)
NOT_ALL = "Not all was compared: get the pages file that the service's roots signed, and give it with --pages."
_SAID = {"same": "the same as {by}", "differs": "NOT the same as {by}", "not-compared": "not compared"}


@dataclass(frozen=True)
class Part:
    """One address: ``state`` is same, differs or not-compared; SHA-256 in hex, of what should be there (empty where
    nobody said) and of what was found (empty where there was no whole answer)."""

    address: str
    state: str
    expected: str
    found: str


def release_hashes() -> tuple[dict[str, bytes], dict[bytes, bytes]]:
    """H of each part of the page that comes with this release, by its address; and by H of that part packed by brotli,
    which nothing here unpacks."""
    record = (resources.files(__package__) / "bundle.sha256").read_text(encoding="ascii")
    rows = (line.split("  ") for line in record.splitlines())
    held = {name: bytes.fromhex(digest) for digest, name in rows}
    plain = {name: digest for name, digest in held.items() if not name.endswith(_BROTLI)}
    packed = {held[name + _BROTLI]: digest for name, digest in plain.items()}
    return {f"/{name}": digest for name, digest in plain.items() if f"/{name}" != _NO_PART}, packed


def _order(address: str) -> tuple[int, str]:
    """As a browser asks: the page, what it names, the worker that its script starts; the way out when it leaves."""
    return (("/", "", "/worker.js", "/exit").index(address) if address in ("/", "/worker.js", "/exit") else 1, address)


def _hash(encoding: str, data: bytes, packed: dict[bytes, bytes]) -> bytes:
    """H of what was packed, or of what came where no release packed it so. Raises BadAnswer."""
    if encoding == "br":
        return packed.get(sha256(data), sha256(data))
    return sha256(unpacked(encoding, data))


async def _fetched(url: str, socks: str | None, addresses: list[str], packed: dict[bytes, bytes]) -> dict[str, bytes]:
    """Each address and H of what stands there; empty where the answer is none that a browser would show. Raises
    TransportFailed where nobody answers."""
    found: dict[str, bytes] = {}
    async with PagesConnection(url, socks) as connection:
        for address in addresses:
            found[address] = b""
            with suppress(BadAnswer):
                status, encoding, data = await connection.part(address)
                if status == 200:
                    found[address] = _hash(encoding, data, packed)
    return found


def _compared(expected: dict[str, bytes], found: dict[str, bytes]) -> list[Part]:
    parts = []
    for address, there in found.items():
        digest = expected.get(address)
        state = "not-compared" if digest is None else "same" if digest == there else "differs"
        parts.append(Part(address, state, digest.hex() if digest else "", there.hex()))
    return parts


def _text(parts: list[Part], pages: Pages | None) -> str:
    lines = []
    for part in parts:
        by = "the roots signed" if part.address in DOCUMENTS else "in this release"
        lines.append(f"{part.address}: {_SAID[part.state].format(by=by)}")
        if part.state == "differs":
            lines.append(f"    should be {part.expected}")
            lines.append(f"    is        {part.found or 'no whole answer'}")
    if pages is not None:
        made = f"made on {day_of_time(pages.made)} with version {pages.dir_version} of the list of units"
        lines.append(f"The roots signed the pages {made}.")
    return "\n".join(lines)


def _json(parts: list[Part], pages: Pages | None) -> str:
    signed = {"made": day_of_time(pages.made), "list": pages.dir_version} if pages else None
    same = all(part.state == "same" for part in parts)
    return json.dumps({"same": same, "parts": [asdict(part) for part in parts], "pages": signed})


def _signed_pages(anchor: Anchor, file: Path | None) -> Pages | None:
    """Raises InputRefused, ProtocolError."""
    if file is None:
        return None
    data = without_mark(read_bytes(file, _LARGEST_PAGES, "pages file given with --pages"))
    return verify_pages(anchor, parse_signed_pages(dearmour(PAGES, data)))


@click.command("verify-client")
@service_options
@click.option(
    "--pages", "pages_file", type=click.Path(path_type=Path), help="What the roots signed of the service's documents."
)
@click.option("--json", "as_json", is_flag=True)
def verify_client(
    service: str, anchor_file: Path, socks: str | None, despite_clock: bool, pages_file: Path | None, as_json: bool
) -> None:
    """Compare the page that the service shows with this release, and with what the service's roots signed.

    Fetches the page as a browser does, and sends nothing. Script, style and worker come with the release; the documents
    are the service's own, so their hashes stand in a file that its roots signed. Exit 0 when all is the same.

    \b
    Example:
      dropbox-source verify-client --service http://127.0.0.1:8000 --anchor service.anchor --pages service.pages
    """
    known = open_service(service, anchor_file, socks, despite_clock, as_json)
    pages = _signed_pages(known.anchor, pages_file)
    released, packed = release_hashes()
    expected = released | (dict(pages.documents) if pages else {})
    addresses = sorted({*DOCUMENTS, *expected}, key=_order)
    parts = _compared(expected, asyncio.run(_fetched(known.url, known.socks, addresses, packed)))
    say_once((_json if as_json else _text)(parts, pages))
    terminal.say(LIMIT)
    states = {part.state for part in parts}
    if states != {"same"}:
        raise Stop(DIFFERS if "differs" in states else NOT_ALL)
