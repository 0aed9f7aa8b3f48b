# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which documents a server shows to a browser, signed by the roots (docs/protocol.md, section 3.8)."""

import re
from dataclasses import dataclass, replace

from . import labels
from .anchors import (
    Anchor,
    RootSignature,
    Signatures,
    encode_signatures,
    encode_slice,
    read_signatures,
    read_slice,
    verify_threshold,
)
from .constants import HASH, MAX_ADDRESS, MAX_DOCUMENTS, SERVICE_ID, StructType
from .encoding import Reader, head, u8, u32
from .errors import AnchorChainBroken, BadValue, WrongService

_ADDRESS = re.compile(rb"/[a-z0-9./-]*")
_LONGEST = 2 + SERVICE_ID + 4 + 4 + 4 + 1 + MAX_DOCUMENTS * (1 + MAX_ADDRESS + HASH)


@dataclass(frozen=True)
class Pages:
    """``made``: unix seconds of when they were written down; the newer of two goes before. ``dir_version``: the list of
    units that stands in them. ``documents``: H of each by its address, in the order of the addresses."""

    service_id: bytes
    anchor_version: int
    dir_version: int
    made: int
    documents: tuple[tuple[str, bytes], ...]

    def encode(self) -> bytes:
        """``version, type, service_id 16, anchor_version u32, dir_version u32, made u32, count u8``, and of each
        ``length u8 || address || H(document) 32``."""
        return (
            head(StructType.PAGES)
            + self.service_id
            + u32(self.anchor_version)
            + u32(self.dir_version)
            + u32(self.made)
            + u8(len(self.documents))
            + b"".join(u8(len(address)) + address.encode() + digest for address, digest in self.documents)
        )


def parse_pages(body: bytes) -> Pages:
    """Raises Malformed."""
    reader = Reader(body, "pages")
    reader.struct(StructType.PAGES)
    service_id = reader.take(SERVICE_ID)
    anchor_version, dir_version, made = reader.u32(1), reader.u32(1), reader.u32()
    documents: list[tuple[str, bytes]] = []
    for _ in range(reader.u8(1, MAX_DOCUMENTS)):
        address = reader.take(reader.u8(1, MAX_ADDRESS))
        if not _ADDRESS.fullmatch(address) or (documents and address.decode() <= documents[-1][0]):
            raise BadValue("pages address")
        documents.append((address.decode(), reader.take(HASH)))
    reader.end()
    return Pages(service_id, anchor_version, dir_version, made, tuple(documents))


@dataclass(frozen=True)
class SignedPages:
    """Pages with signatures of roots; whether they hold is for ``verify_pages`` to say."""

    pages: Pages
    signatures: Signatures

    def encode(self) -> bytes:
        return encode_slice(self.pages.encode()) + encode_signatures(self.signatures)

    def signed_by(self, one: RootSignature) -> "SignedPages":
        """With this signature, in place of one of the same root."""
        return replace(self, signatures=(*(held for held in self.signatures if held.index != one.index), one))


def parse_signed_pages(data: bytes) -> SignedPages:
    """The content of a pages file. Raises Malformed."""
    reader = Reader(data, "pages")
    signed = SignedPages(parse_pages(read_slice(reader, _LONGEST)), read_signatures(reader))
    reader.end()
    return signed


def verify_pages(anchor: Anchor, signed: SignedPages) -> Pages:
    """The pages that the roots of ``anchor`` signed (step 3.8). Raises WrongService, AnchorChainBroken, UnderSigned."""
    if signed.pages.service_id != anchor.service_id:
        raise WrongService("pages")
    if signed.pages.anchor_version != anchor.version:
        raise AnchorChainBroken("pages")
    verify_threshold(anchor, labels.PAGES_SIGNATURE, signed.pages.encode(), signed.signatures)
    return signed.pages
