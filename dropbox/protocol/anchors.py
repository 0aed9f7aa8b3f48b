# SPDX-License-Identifier: AGPL-3.0-or-later
"""Anchors and heads: what the offline roots sign (docs/protocol.md, section 3.1 to 3.3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from . import labels
from .constants import HASH, KEY, MAX_ANCHORS, MAX_ROOTS, SERVICE_ID, SIGNATURE, StructType
from .encoding import Reader, head, u8, u16, u32
from .errors import AnchorChainBroken, BadValue, CryptoRefused, UnderSigned, WrongService
from .primitives import ed25519_sign, ed25519_verify, sha256

HEAD_BODY = 2 + SERVICE_ID + 4 + 4 + 4 + 4 + HASH  # 66
_ANCHOR_LONGEST = 2 + SERVICE_ID + 4 + 1 + 1 + MAX_ROOTS * KEY


@dataclass(frozen=True)
class RootSignature:
    """One root's signature: the root's place in the anchor's list, and 64 bytes."""

    index: int
    signature: bytes


Signatures = tuple[RootSignature, ...]


def encode_signatures(signatures: Signatures) -> bytes:
    """``count u8 || count x (index u8 || signature 64)``, indexes strictly rising."""
    ordered = sorted(signatures, key=lambda one: one.index)
    return u8(len(ordered)) + b"".join(u8(one.index) + one.signature for one in ordered)


def read_signatures(reader: Reader) -> Signatures:
    """Raises Truncated, BadValue."""
    found: list[RootSignature] = []
    for _ in range(reader.u8(0, MAX_ROOTS)):
        lowest = found[-1].index + 1 if found else 0
        found.append(RootSignature(reader.u8(lowest, MAX_ROOTS - 1), reader.take(SIGNATURE)))
    return tuple(found)


def encode_slice(body: bytes) -> bytes:
    """A body behind its length, u32."""
    return u32(len(body)) + body


def read_slice(reader: Reader, longest: int) -> bytes:
    """Raises Truncated, BadValue."""
    return reader.take(reader.u32(0, longest))


@dataclass(frozen=True)
class Anchor:
    """The roots of a service: who they are and how many must sign. Clients pin its fingerprint."""

    service_id: bytes
    version: int
    threshold: int
    roots: tuple[bytes, ...]

    def encode(self) -> bytes:
        """``version, type, service_id 16, version u32, threshold u8, count u8, count x key 32``."""
        return (
            head(StructType.ANCHOR)
            + self.service_id
            + u32(self.version)
            + u8(self.threshold)
            + u8(len(self.roots))
            + b"".join(self.roots)
        )

    @property
    def fingerprint(self) -> bytes:
        """H(body), 32 bytes: what is printed and compared."""
        return sha256(self.encode())


def parse_anchor(body: bytes) -> Anchor:
    """Raises Malformed."""
    reader = Reader(body, "anchor")
    reader.struct(StructType.ANCHOR)
    service_id = reader.take(SERVICE_ID)
    version = reader.u32(1, MAX_ANCHORS)
    threshold = reader.u8(1, MAX_ROOTS)
    roots = tuple(reader.take(KEY) for _ in range(reader.u8(threshold, MAX_ROOTS)))
    reader.end()
    if len(set(roots)) != len(roots):
        raise BadValue("anchor roots")
    return Anchor(service_id, version, threshold, roots)


@dataclass(frozen=True)
class SignedAnchor:
    """An anchor with the signatures of the one before (none at version 1) and of its own roots."""

    anchor: Anchor
    by_previous: Signatures
    by_own: Signatures

    def encode(self) -> bytes:
        return encode_slice(self.anchor.encode()) + encode_signatures(self.by_previous) + encode_signatures(self.by_own)


def read_signed_anchor(reader: Reader) -> SignedAnchor:
    """Raises Malformed."""
    anchor = parse_anchor(read_slice(reader, _ANCHOR_LONGEST))
    signed = SignedAnchor(anchor, read_signatures(reader), read_signatures(reader))
    if anchor.version == 1 and signed.by_previous:
        raise BadValue("anchor before the first")
    return signed


def parse_signed_anchor(data: bytes) -> SignedAnchor:
    """One signed anchor and nothing else: the content of an anchor file. Raises Malformed."""
    reader = Reader(data, "anchor")
    signed = read_signed_anchor(reader)
    reader.end()
    return signed


@dataclass(frozen=True)
class Head:
    """Which directory is the present one: signed by the roots, short-lived."""

    service_id: bytes
    anchor_version: int
    dir_version: int
    issued: int
    expires: int
    directory_hash: bytes

    def encode(self) -> bytes:
        """``version, type, service_id 16, anchor_version, dir_version, issued, expires u32 each, H(directory) 32``."""
        return (
            head(StructType.HEAD)
            + self.service_id
            + u32(self.anchor_version)
            + u32(self.dir_version)
            + u32(self.issued)
            + u32(self.expires)
            + self.directory_hash
        )


@dataclass(frozen=True)
class SignedHead:
    """A head with root signatures; whether they hold is for ``verify_head`` to say."""

    head: Head
    signatures: Signatures

    def encode(self) -> bytes:
        return encode_slice(self.head.encode()) + encode_signatures(self.signatures)


def parse_head(body: bytes) -> Head:
    """Raises Malformed."""
    reader = Reader(body, "head")
    reader.struct(StructType.HEAD)
    service_id = reader.take(SERVICE_ID)
    anchor_version, dir_version, issued = reader.u32(1), reader.u32(1), reader.u32()
    parsed = Head(service_id, anchor_version, dir_version, issued, reader.u32(issued), reader.take(HASH))
    reader.end()
    return parsed


def read_signed_head(reader: Reader) -> SignedHead:
    """Raises Malformed."""
    body = read_slice(reader, HEAD_BODY)
    return SignedHead(parse_head(body), read_signatures(reader))


def sign_as_root(root_seed: bytes, index: int, label: bytes, body: bytes) -> RootSignature:
    """One root's signature over ``label || 0x00 || body``."""
    return RootSignature(index, ed25519_sign(root_seed, label + b"\0" + body))


def verify_threshold(anchor: Anchor, label: bytes, body: bytes, signatures: Signatures) -> None:
    """At least ``anchor.threshold`` distinct roots signed; a signature that fails is refused. Raises UnderSigned."""
    good = 0
    for one in signatures:
        if one.index >= len(anchor.roots):
            raise UnderSigned("unknown root")
        try:
            ed25519_verify(anchor.roots[one.index], label + b"\0" + body, one.signature)
        except CryptoRefused:
            raise UnderSigned("bad signature") from None
        good += 1
    if good < anchor.threshold:
        raise UnderSigned(f"{good} of {anchor.threshold}")


def verify_first_anchor(signed: SignedAnchor) -> Anchor:
    """An anchor that is being pinned: its own threshold signed it. Raises UnderSigned."""
    verify_threshold(signed.anchor, labels.ANCHOR_SIGNATURE, signed.anchor.encode(), signed.by_own)
    return signed.anchor


def verify_anchor_chain(pinned: Anchor, served: Sequence[SignedAnchor]) -> tuple[Anchor, ...]:
    """Follow the served anchors 1..v from the pinned one (step 3.2); returns pinned and later ones, oldest first.

    Raises WrongService, AnchorChainBroken. Anchors before the pinned one prove nothing and are not used.
    """
    for place, signed in enumerate(served, start=1):
        if signed.anchor.service_id != pinned.service_id:
            raise WrongService("anchor")
        if signed.anchor.version != place:
            raise AnchorChainBroken("versions")
    if len(served) < pinned.version or served[pinned.version - 1].anchor != pinned:
        raise AnchorChainBroken("pinned anchor")
    trusted = [pinned]
    for signed in served[pinned.version :]:
        body = signed.anchor.encode()
        try:
            verify_threshold(trusted[-1], labels.ANCHOR_SIGNATURE, body, signed.by_previous)
            verify_threshold(signed.anchor, labels.ANCHOR_SIGNATURE, body, signed.by_own)
        except UnderSigned as error:
            raise AnchorChainBroken(error.where) from None
        trusted.append(signed.anchor)
    return tuple(trusted)


def verify_head(anchors: Sequence[Anchor], signed: SignedHead) -> Head:
    """The anchor that the head names signed it. Raises WrongService, UnderSigned, AnchorChainBroken."""
    found = signed.head
    if found.service_id != anchors[0].service_id:
        raise WrongService("head")
    for anchor in anchors:
        if anchor.version == found.anchor_version:
            verify_threshold(anchor, labels.HEAD_SIGNATURE, found.encode(), signed.signatures)
            return found
    raise AnchorChainBroken("head names an anchor that is not known")


def encode_anchors(anchors: Sequence[SignedAnchor]) -> bytes:
    """``count u16 || signed anchors``."""
    return u16(len(anchors)) + b"".join(one.encode() for one in anchors)
