# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a server shows to a browser holds when enough roots of the pinned anchor signed it (docs/protocol.md, 3.8)."""

from dataclasses import replace

import pytest

from dropbox.protocol import labels
from dropbox.protocol.anchors import Anchor, sign_as_root
from dropbox.protocol.constants import MAX_ADDRESS, MAX_DOCUMENTS
from dropbox.protocol.errors import AnchorChainBroken, BadValue, Malformed, UnderSigned, WrongService
from dropbox.protocol.pages import Pages, SignedPages, parse_pages, parse_signed_pages, verify_pages
from dropbox.protocol.primitives import ed25519_public, sha256
from tests.vectors.small_service import seed

ROOTS = [seed(f"root {number}") for number in range(3)]
ANCHOR = Anchor(bytes(16), 2, 2, tuple(map(ed25519_public, ROOTS)))
PAGES = Pages(bytes(16), 2, 5, 1_700_000_000, (("/", sha256(b"a")), ("/exit", sha256(b"b"))))


def signed(pages: Pages, *places: int, label: bytes = labels.PAGES_SIGNATURE) -> SignedPages:
    made = SignedPages(pages, ())
    for place in places:
        made = made.signed_by(sign_as_root(ROOTS[place], place, label, pages.encode()))
    return made


def test_enough_roots_of_the_pinned_anchor() -> None:
    """In any order, one counted once."""
    assert verify_pages(ANCHOR, parse_signed_pages(signed(PAGES, 2, 0).encode())) == PAGES
    assert len(signed(PAGES, 1, 1).signatures) == 1


@pytest.mark.parametrize(
    ("one", "error"),
    [
        (signed(PAGES, 1, 1), UnderSigned),
        (signed(PAGES, 0, 1, label=labels.HEAD_SIGNATURE), UnderSigned),
        (SignedPages(replace(PAGES, dir_version=6), signed(PAGES, 0, 1).signatures), UnderSigned),
        (signed(replace(PAGES, service_id=bytes([1]) * 16), 0, 1), WrongService),
        (signed(replace(PAGES, anchor_version=1), 0, 1), AnchorChainBroken),
    ],
)
def test_what_does_not_hold(one: SignedPages, error: type[Exception]) -> None:
    """Too few roots, another label, other pages, another service, another anchor."""
    with pytest.raises(error):
        verify_pages(ANCHOR, one)


@pytest.mark.parametrize(
    "addresses", [["/exit", "/"], ["/", "/"], ["exit"], ["/Exit"], ["/a b"], ["/\u00e9"], ["/?x"]], ids=str
)
def test_addresses_are_plain_and_rise(addresses: list[str]) -> None:
    """Else there would be two forms of the same, or one that no browser asks for."""
    with pytest.raises(BadValue):
        parse_pages(replace(PAGES, documents=tuple((one, bytes(32)) for one in addresses)).encode())


def test_bounds() -> None:
    """As many and as long as may be, and one more; none."""
    full = tuple((f"/{number:0{MAX_ADDRESS - 1}d}", bytes(32)) for number in range(MAX_DOCUMENTS + 1))
    largest = replace(PAGES, documents=full[:-1])
    assert parse_signed_pages(SignedPages(largest, ()).encode()).pages == largest
    for documents in (full, (), (("/" + "0" * MAX_ADDRESS, bytes(32)),)):
        with pytest.raises(Malformed):
            parse_pages(replace(PAGES, documents=documents).encode())
