# SPDX-License-Identifier: AGPL-3.0-or-later
"""The directory: policy and units, as the roots sign it (docs/protocol.md, section 3.4)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields

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
    HASH,
    KEY,
    LONGEST_PERIOD,
    MAX_ANCHORS,
    MAX_DIRECTORY,
    MAX_FORCES_PER_UNIT,
    MAX_KEYS_PER_UNIT,
    MAX_NAME,
    MAX_PERIOD,
    MAX_QUOTA,
    MAX_SEGMENT_ENVELOPES,
    MAX_SLUG,
    MAX_UNITS,
    MAX_WINDOW,
    SERVICE_ID,
    SHORTEST_PERIOD,
    UNIT_ID,
    XWING_PUBLIC,
    StructType,
    UnitKind,
)
from .encoding import Reader, head, text8, u8, u16, u32
from .errors import AnchorOlder, BadText, BadValue, DirectoryMismatch, UnknownUnit, WrongService
from .primitives import sha256

NO_UNIT = bytes(UNIT_ID)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PAUSED = 1


@dataclass(frozen=True)
class Policy:
    """The service's numbers. ``period`` and ``collect`` in seconds, ``window`` and ``repost`` in a unit's batches,
    every other span in periods."""

    period: int
    collect: int
    window: int
    repost: int
    retention: int
    epoch: int
    give_up: int
    silent_after: int
    clock_slack: int
    head_life: int
    intake_per_period: int

    def encode(self) -> bytes:
        """Eleven u32 in the order of the fields: 44 bytes."""
        return b"".join(u32(getattr(self, field.name)) for field in fields(self))


PRODUCTION = Policy(
    period=86_400,
    collect=3_600,
    window=14,
    repost=12,
    retention=14,
    epoch=7,
    give_up=60,
    silent_after=3,
    clock_slack=3,
    head_life=100,
    intake_per_period=5_000,
)
"""A period is a day, an epoch a week."""


def read_policy(reader: Reader) -> Policy:
    """Raises Truncated, BadValue."""
    policy = Policy(
        period=reader.u32(SHORTEST_PERIOD, LONGEST_PERIOD),
        collect=reader.u32(1),
        window=reader.u32(3, MAX_WINDOW),
        repost=reader.u32(1),
        retention=reader.u32(1, MAX_WINDOW),
        epoch=reader.u32(1),
        give_up=reader.u32(1),
        silent_after=reader.u32(1),
        clock_slack=reader.u32(1),
        head_life=reader.u32(1),
        intake_per_period=reader.u32(1, MAX_SEGMENT_ENVELOPES),
    )
    if policy.collect > policy.period or policy.repost > policy.window:
        raise BadValue("policy")
    return policy


@dataclass(frozen=True)
class UnitKey:
    """A signing key of a unit, used from ``first_period`` until the next key's."""

    public: bytes
    first_period: int


@dataclass(frozen=True)
class Unit:
    """One receiving unit. ``forces`` it serves, ``conflicts``: forces whose reports it must never get."""

    unit_id: bytes
    slug: str
    name: str
    kind: UnitKind
    forces: tuple[str, ...]
    keys: tuple[UnitKey, ...]
    contact_pk: bytes
    first_period: int
    not_after: int
    board_quota: int
    successor: bytes = NO_UNIT
    conflicts: tuple[str, ...] = ()
    paused: bool = False

    def key_at(self, period: int) -> bytes | None:
        """The signing key valid at ``period``; None before the first."""
        valid = [key.public for key in self.keys if key.first_period <= period]
        return valid[-1] if valid else None

    def encode(self) -> bytes:
        return (
            self.unit_id
            + text8(self.slug)
            + text8(self.name)
            + u8(self.kind)
            + _encode_slugs(self.forces)
            + u8(len(self.keys))
            + b"".join(key.public + u32(key.first_period) for key in self.keys)
            + u16(len(self.contact_pk))
            + self.contact_pk
            + u32(self.first_period)
            + u32(self.not_after)
            + u16(self.board_quota)
            + self.successor
            + _encode_slugs(self.conflicts)
            + u8(_PAUSED if self.paused else 0)
        )


@dataclass(frozen=True)
class RetiredUnit:
    """A unit that ended: its board stays readable up to its last batch."""

    unit: Unit
    last_period: int
    last_hash: bytes

    def encode(self) -> bytes:
        return self.unit.encode() + u32(self.last_period) + self.last_hash


@dataclass(frozen=True)
class Directory:
    """The body that the head's hash covers."""

    service_id: bytes
    policy: Policy
    units: tuple[Unit, ...]
    retired: tuple[RetiredUnit, ...] = ()
    revoked: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        return (
            head(StructType.DIRECTORY)
            + self.service_id
            + self.policy.encode()
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

    def on_board(self) -> tuple[Unit, ...]:
        """Units in the order in which the board shows them: present ones, then retired ones."""
        return self.units + tuple(one.unit for one in self.retired)


def _encode_slugs(slugs: Sequence[str]) -> bytes:
    return u8(len(slugs)) + b"".join(text8(slug) for slug in slugs)


def check_slug(slug: str) -> str:
    """Lower-case words of letters and digits joined by single hyphens. Raises BadText."""
    if len(slug) > MAX_SLUG or not _SLUG.fullmatch(slug):
        raise BadText("slug")
    return slug


def check_name(name: str) -> str:
    """A unit's printed name: not empty, printable characters only, at most 120 bytes. Raises BadText."""
    if not name or not name.isprintable() or len(name.encode()) > MAX_NAME:
        raise BadText("name")
    return name


def _read_slugs(reader: Reader) -> tuple[str, ...]:
    slugs = tuple(check_slug(reader.text(1, MAX_SLUG)) for _ in range(reader.u8(0, MAX_FORCES_PER_UNIT)))
    if len(set(slugs)) != len(slugs):
        raise BadValue("slugs")
    return slugs


def _read_keys(reader: Reader) -> tuple[UnitKey, ...]:
    keys: list[UnitKey] = []
    for _ in range(reader.u8(1, MAX_KEYS_PER_UNIT)):
        lowest = keys[-1].first_period + 1 if keys else 0
        keys.append(UnitKey(reader.take(KEY), reader.u32(lowest)))
    return tuple(keys)


def _read_kind(reader: Reader) -> UnitKind:
    return UnitKind(reader.u8(min(UnitKind), max(UnitKind)))


def _read_contact(reader: Reader) -> bytes:
    length = reader.u16(0, XWING_PUBLIC)
    if length not in (0, XWING_PUBLIC):
        raise BadValue("contact key")
    return reader.take(length)


def read_unit(reader: Reader) -> Unit:
    """Raises Malformed."""
    unit_id, slug, name = (
        reader.take(UNIT_ID),
        check_slug(reader.text(1, MAX_SLUG)),
        check_name(reader.text(1, MAX_NAME)),
    )
    kind, forces, keys, contact = _read_kind(reader), _read_slugs(reader), _read_keys(reader), _read_contact(reader)
    first_period = reader.u32()
    return Unit(
        unit_id=unit_id,
        slug=slug,
        name=name,
        kind=kind,
        forces=forces,
        keys=keys,
        contact_pk=contact,
        first_period=first_period,
        not_after=reader.u32(first_period),
        board_quota=reader.u16(1, MAX_QUOTA),
        successor=reader.take(UNIT_ID),
        conflicts=_read_slugs(reader),
        paused=reader.u8(0, _PAUSED) == _PAUSED,
    )


def parse_directory(body: bytes) -> Directory:
    """Raises Malformed."""
    reader = Reader(body, "directory")
    reader.struct(StructType.DIRECTORY)
    service_id = reader.take(SERVICE_ID)
    policy = read_policy(reader)
    units = tuple(read_unit(reader) for _ in range(reader.u16(0, MAX_UNITS)))
    retired = tuple(
        RetiredUnit(read_unit(reader), reader.u32(0, MAX_PERIOD), reader.take(HASH))
        for _ in range(reader.u16(0, MAX_UNITS))
    )
    revoked = tuple(reader.take(UNIT_ID) for _ in range(reader.u16(0, MAX_UNITS)))
    reader.end()
    parsed = Directory(service_id, policy, units, retired, revoked)
    for names in (
        [unit.unit_id for unit in parsed.on_board()] + list(revoked),
        [unit.slug for unit in parsed.on_board()],
    ):
        if len(set(names)) != len(names):
            raise BadValue("directory names")
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
