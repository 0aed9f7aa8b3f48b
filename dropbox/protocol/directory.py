# SPDX-License-Identifier: AGPL-3.0-or-later
"""The directory: policy and units, as the roots sign it (docs/protocol.md, section 3.4)."""

from dataclasses import dataclass

from .anchors import (
    Anchor,
    SignedAnchor,
    SignedHead,
    encode_anchors,
    encode_slice,
    read_signed_anchor,
    read_signed_head,
    read_slice,
    verify_anchor_chain,
    verify_head,
)
from .constants import (
    DIRECTORY_VERSION,
    HASH,
    KEY,
    MARKS_BUDGET,
    MAX_ANCHORS,
    MAX_DIRECTORY,
    MAX_MIRRORS,
    MAX_PERIOD,
    MAX_UNITS,
    MIRROR_ID,
    MOST_ROWS,
    ROWS_BUDGET,
    SERVICE_ID,
    UNIT_ID,
    StructType,
)
from .encoding import Reader, head, u8, u16
from .errors import AnchorOlder, BadValue, DirectoryMismatch, UnknownUnit, WrongService
from .policy import Policy, read_policy
from .primitives import sha256
from .units import NO_UNIT, BoardPlace, Unit, read_unit


@dataclass(frozen=True)
class Mirror:
    """Kept for what is not built yet: another body's server, and its Ed25519 key."""

    mirror_id: bytes
    key: bytes


@dataclass(frozen=True)
class Directory:
    """The body that the head's hash covers."""

    service_id: bytes
    policy: Policy
    units: tuple[Unit, ...]
    retired: tuple[BoardPlace, ...] = ()
    revoked: tuple[bytes, ...] = ()
    mirrors: tuple[Mirror, ...] = ()

    def encode(self) -> bytes:
        return (
            head(StructType.DIRECTORY, DIRECTORY_VERSION)
            + self.service_id
            + self.policy.encode()
            + u8(len(self.mirrors))
            + b"".join(mirror.mirror_id + mirror.key for mirror in self.mirrors)
            + u16(len(self.units))
            + b"".join(unit.encode() for unit in self.units)
            + u16(len(self.retired))
            + b"".join(unit.encode() for unit in self.retired)
            + u16(len(self.revoked))
            + b"".join(self.revoked)
        )

    def unit(self, slug: str) -> Unit:
        """The unit of that slug. Raises UnknownUnit."""
        for unit in self.units:
            if unit.slug == slug:
                return unit
        raise UnknownUnit("slug")

    def successor_of(self, unit: Unit) -> Unit | None:
        """The present unit that goes on for one that is paused or has ended, by way of others that gave up too; None
        where nobody does, or where it receives (step 6.11)."""
        known, present = {one.unit_id: one for one in self.on_board()}, {one.unit_id for one in self.units}
        if unit.unit_id in present and not unit.paused:
            return None
        for _ in known:
            following = known.get(unit.successor) if unit.successor != NO_UNIT else None
            if following is None or (following.unit_id in present and not following.paused):
                return following
            unit = following
        return None

    def places(self) -> tuple[BoardPlace, ...]:
        """In the order of the board: present units, then retired ones."""
        return tuple(BoardPlace(unit) for unit in self.units) + self.retired

    def on_board(self) -> tuple[Unit, ...]:
        """The units of the places."""
        return tuple(place.unit for place in self.places())


def board_budget(directory: Directory) -> tuple[tuple[str, int, int], ...]:
    """Of rows and of marks: how many all units have together, retired ones too, and at most may have (step 6.11)."""
    units, daily = directory.on_board(), directory.policy.period >= 86_400
    rows, marks = sum(unit.rows for unit in units), sum(unit.marks for unit in units)
    return ("rows", rows, ROWS_BUDGET if daily else MOST_ROWS), ("marks", marks, MARKS_BUDGET)


def parse_directory(body: bytes) -> Directory:
    """Raises Malformed."""
    reader = Reader(body, "directory")
    reader.struct(StructType.DIRECTORY, DIRECTORY_VERSION)
    service_id = reader.take(SERVICE_ID)
    policy = read_policy(reader)
    mirrors = tuple(Mirror(reader.take(MIRROR_ID), reader.take(KEY)) for _ in range(reader.u8(0, MAX_MIRRORS)))
    units = tuple(read_unit(reader) for _ in range(reader.u16(0, MAX_UNITS)))
    retired = tuple(
        BoardPlace(read_unit(reader), reader.u32(0, MAX_PERIOD), reader.take(HASH))
        for _ in range(reader.u16(0, MAX_UNITS))
    )
    revoked = tuple(reader.take(UNIT_ID) for _ in range(reader.u16(0, MAX_UNITS)))
    reader.end()
    parsed = Directory(service_id, policy, units, retired, revoked, mirrors)
    for names in (
        [mirror.mirror_id for mirror in mirrors],
        [unit.unit_id for unit in parsed.on_board()] + list(revoked),
        [unit.slug for unit in parsed.on_board()],
    ):
        if len(set(names)) != len(names):
            raise BadValue("directory names")
    if policy.mirrors_asked > len(mirrors):
        raise BadValue("mirrors asked")
    return parsed


@dataclass(frozen=True)
class UntrustedDirectory:
    """What ``GET /v1/directory`` carries, parsed and not yet believed."""

    anchors: tuple[SignedAnchor, ...]
    head: SignedHead
    body: bytes

    def encode(self) -> bytes:
        """``version, type, anchors, head, slice(directory)``."""
        return (
            head(StructType.SIGNED_DIRECTORY)
            + encode_anchors(self.anchors)
            + self.head.encode()
            + encode_slice(self.body)
        )


@dataclass(frozen=True)
class VerifiedDirectory:
    """A directory that the pinned roots' threshold signed. Whether its head is still fresh is for the flow to judge."""

    anchors: tuple[Anchor, ...]
    signed_head: SignedHead
    directory: Directory
    raw: UntrustedDirectory

    @property
    def policy(self) -> Policy:
        return self.directory.policy

    @property
    def service_id(self) -> bytes:
        return self.directory.service_id


def parse_signed_directory(data: bytes) -> UntrustedDirectory:
    """Raises Malformed."""
    if len(data) > MAX_DIRECTORY:
        raise BadValue("directory size")
    reader = Reader(data, "signed directory")
    reader.struct(StructType.SIGNED_DIRECTORY)
    anchors = tuple(read_signed_anchor(reader) for _ in range(reader.u16(1, MAX_ANCHORS)))
    parsed = UntrustedDirectory(anchors, read_signed_head(reader), read_slice(reader, MAX_DIRECTORY))
    reader.end()
    return parsed


def verify_directory(pinned: Anchor, untrusted: UntrustedDirectory) -> VerifiedDirectory:
    """Anchors follow from the pinned one, the head is signed under the newest, the directory is the head's (step 3.6).

    Raises TrustError, Malformed.
    """
    anchors = verify_anchor_chain(pinned, untrusted.anchors)
    found = verify_head(anchors, untrusted.head)
    if found.anchor_version != anchors[-1].version:
        raise AnchorOlder("head")
    if sha256(untrusted.body) != found.directory_hash:
        raise DirectoryMismatch("hash")
    directory = parse_directory(untrusted.body)
    if directory.service_id != pinned.service_id:
        raise WrongService("directory")
    return VerifiedDirectory(anchors, untrusted.head, directory, untrusted)
