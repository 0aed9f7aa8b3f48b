# SPDX-License-Identifier: AGPL-3.0-or-later
"""A service small enough for vectors: five roots, units with eight rows and eight marks, all keys fixed.

Everything is made by hand from the protocol's own structs, so that a scenario can bend any single field.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from dropbox.protocol import labels
from dropbox.protocol.anchors import Anchor, Head, SignedAnchor, SignedHead, sign_as_root
from dropbox.protocol.batches import Batch, UnitBoard, content_hash, encode_board, make_batch
from dropbox.protocol.board import EntryPlace, EntryPlain, chain_next, chain_start, make_mark, seal_entry
from dropbox.protocol.certificates import EpochCert, epoch_bounds, epoch_of
from dropbox.protocol.codename import ConversationKeys, conversation_keys
from dropbox.protocol.constants import ENTRY, HASH, MARK, MARKS_PER_ENTRY, EntryType, UnitKind
from dropbox.protocol.directory import Directory, UntrustedDirectory
from dropbox.protocol.manifests import NO_HASH, Manifest
from dropbox.protocol.policy import Policy
from dropbox.protocol.primitives import SealingKey, ed25519_public, hkdf, sha256
from dropbox.protocol.units import BoardPlace, Unit, UnitKey

START = 20_000
DAY = 86_400
WINDOW = 3
POLICY = Policy(
    period=DAY,
    collect=3_600,
    stay=3,
    linger=1,
    retention=3,
    epoch=2,
    give_up=6,
    silent_after=3,
    clock_slack=3,
    head_life=100,
    intake_per_period=100,
)
STRETCHED = bytes([0x11]) * 32
MESSAGE_ID = bytes([0x33]) * 16


def seed(name: str) -> bytes:
    """32 fixed bytes for a name."""
    return hkdf(b"vectors", name.encode())


def unit_id(slug: str) -> bytes:
    return seed(f"unit {slug}")[:16]


def noise(name: str, size: int) -> bytes:
    """Fixed bytes that look random."""
    return b"".join(seed(f"{name} {at}") for at in range(-(-size // HASH)))[:size]


SERVICE = seed("service")[:16]
ROOTS = tuple(seed(f"root {number}") for number in range(5))
FIRST = Anchor(SERVICE, 1, 2, tuple(ed25519_public(root) for root in ROOTS[:3]))
SECOND = Anchor(SERVICE, 2, 2, tuple(ed25519_public(root) for root in ROOTS[1:4]))
THIRD = Anchor(SERVICE, 3, 2, tuple(ed25519_public(root) for root in ROOTS[2:5]))


def root_seed(public: bytes) -> bytes:
    return next(root for root in ROOTS if ed25519_public(root) == public)


def sign_anchor(
    anchor: Anchor, previous: Anchor | None = None, by_previous: Sequence[int] = (0, 1), by_own: Sequence[int] = (0, 1)
) -> SignedAnchor:
    """``anchor`` with the signatures of these places of the one before and of its own."""

    def signed(signer: Anchor, places: Sequence[int]) -> tuple[Any, ...]:
        body = anchor.encode()
        return tuple(sign_as_root(root_seed(signer.roots[i]), i, labels.ANCHOR_SIGNATURE, body) for i in places)

    return SignedAnchor(anchor, signed(previous, by_previous) if previous else (), signed(anchor, by_own))


SIGNED = (sign_anchor(FIRST), sign_anchor(SECOND, FIRST), sign_anchor(THIRD, SECOND))


def sign_head(head: Head, anchor: Anchor = FIRST, places: Sequence[int] = (0, 1)) -> SignedHead:
    body = head.encode()
    return SignedHead(
        head, tuple(sign_as_root(root_seed(anchor.roots[i]), i, labels.HEAD_SIGNATURE, body) for i in places)
    )


def make_unit(slug: str, **changes: Any) -> Unit:
    """A unit that signs with ``seed("<slug> signs")`` since long before START."""
    keys = (UnitKey(ed25519_public(seed(f"{slug} signs")), START - 20),)
    kind = UnitKind.INTAKE_DESK if slug == "intake" else UnitKind.FORCE_UNIT
    plain = Unit(unit_id(slug), slug, f"Unit {slug}", kind, (), keys, b"", START, START + 1_000, 8, 8)
    return replace(plain, **changes)


def make_directory(units: Sequence[Unit], retired: Sequence[BoardPlace] = (), **changes: Any) -> Directory:
    return replace(Directory(SERVICE, POLICY, tuple(units), tuple(retired)), **changes)


def sign_directory(
    listed: Directory, anchors: Sequence[SignedAnchor] = SIGNED[:1], places: Sequence[int] = (0, 1), **changes: Any
) -> UntrustedDirectory:
    """The directory under a head of version 1 that the newest anchor's roots sign; ``changes`` bend the head."""
    body = listed.encode()
    newest = anchors[-1].anchor
    head = Head(listed.service_id, newest.version, 1, START, START + POLICY.head_life, sha256(body))
    return UntrustedDirectory(tuple(anchors), sign_head(replace(head, **changes), newest, places), body)


def epoch_seed(slug: str, epoch: int) -> bytes:
    return seed(f"{slug} epoch {epoch}")


def make_cert(slug: str, epoch: int, **changes: Any) -> EpochCert:
    first, last = epoch_bounds(epoch, POLICY.epoch)
    public = SealingKey(epoch_seed(slug, epoch)).public
    return replace(EpochCert(SERVICE, unit_id(slug), epoch, first, last, public), **changes)


def certs_at(slug: str, period: int) -> tuple[EpochCert, EpochCert]:
    """Current and next."""
    epoch = epoch_of(period, POLICY.epoch)
    return make_cert(slug, epoch), make_cert(slug, epoch + 1)


@dataclass(frozen=True)
class Written:
    """What a unit puts in the batch of one period; the rest is dummies."""

    entries: tuple[bytes, ...] = ()
    marks: tuple[bytes, ...] = ()


def make_one(slug: str, period: int, before: Batch | None, before_period: int, what: Written, **changes: Any) -> Batch:
    """One signed batch. ``changes`` bend the manifest's fields; ``signer`` names another key's seed."""
    signer = changes.pop("signer", seed(f"{slug} signs"))
    entries = list(what.entries) or [noise(f"{slug} {period} entry", ENTRY)]
    dummies = MARKS_PER_ENTRY * len(entries) - len(what.marks)
    marks = [*what.marks, *(noise(f"{slug} {period} mark {at}", MARK) for at in range(dummies))]
    current, following = certs_at(slug, period)
    manifest = Manifest(
        service_id=SERVICE,
        unit_id=unit_id(slug),
        period=period,
        prev_period=before_period,
        prev_hash=before.hash if before else NO_HASH,
        count=len(entries),
        content_hash=content_hash(marks, entries),
        intake_period=period - 1,
        intake_root=sha256(b""),
        audit_head=bytes(HASH),
        head=sign_head(Head(SERVICE, 1, 1, START, START + POLICY.head_life, bytes(HASH))),
        cert_current=current.hash,
        cert_next=following.hash,
    )
    return make_batch(replace(manifest, **changes), signer, marks, entries)


def make_batches(slug: str, periods: Sequence[int], written: dict[int, Written] | None = None) -> list[Batch]:
    """A unit's batches, chained, oldest first; the first of ``periods`` is the unit's first ever."""
    found: list[Batch] = []
    before_period = 0
    for period in periods:
        what = (written or {}).get(period, Written())
        found.append(make_one(slug, period, found[-1] if found else None, before_period, what))
        before_period = period
    return found


def part_of(slug: str, batches: Sequence[Batch], newest: int, keep: int = WINDOW) -> UnitBoard:
    """A unit's part of the board: the newest ``keep`` batches, and the certificates of period ``newest``."""
    certs = tuple(cert.encode() for cert in certs_at(slug, newest)) if batches else ()
    return UnitBoard(unit_id(slug), certs, tuple(batches[-keep:]))


def standing(slug: str, periods: Sequence[int], written: dict[int, Written] | None = None) -> UnitBoard:
    """A whole honest part."""
    return part_of(slug, make_batches(slug, periods, written), periods[-1] if periods else 0)


def keys_for(slug: str, stretched: bytes = STRETCHED) -> ConversationKeys:
    return conversation_keys(stretched, unit_id(slug))


def chain_key(keys: ConversationKeys, step: int, message_id: bytes = MESSAGE_ID) -> bytes:
    found = chain_start(keys.refresh(message_id), keys.unit_id, keys.pseudonym)
    for _ in range(step):
        found = chain_next(found)
    return found


@dataclass(frozen=True)
class Reply:
    """One part of a text; ``slot``, ``step`` and ``message_id`` say where it stands."""

    number: int
    text: bytes
    slot: int = 0
    step: int = 0
    part: int = 1
    parts: int = 1
    first: int = 1
    message_id: bytes = MESSAGE_ID


def make_entry(slug: str, period: int, reply: Reply, signer: bytes | None = None) -> bytes:
    """A board entry of the conversation between STRETCHED and the unit."""
    keys = keys_for(slug)
    place = EntryPlace(keys.beacon, keys.pseudonym, period, reply.slot, reply.message_id, reply.step)
    plain = EntryPlain(EntryType.TEXT, reply.number, reply.first, reply.part, reply.parts, reply.text)
    nonce = noise(f"nonce {slug} {period} {reply.slot}", 12)
    sealed_by = chain_key(keys, reply.step, reply.message_id)
    return seal_entry(place, sealed_by, nonce, SERVICE, signer or seed(f"{slug} signs"), plain)


def make_own_mark(slug: str, period: int, collected: int) -> bytes:
    keys = keys_for(slug)
    return make_mark(keys.beacon, keys.pseudonym, period, collected)


def wrote(slug: str, period: int, replies: Sequence[Reply] = (), collected: int | None = None) -> Written:
    """Replies, and a mark when ``collected`` is given."""
    marks = (make_own_mark(slug, period, collected),) if collected is not None else ()
    return Written(tuple(make_entry(slug, period, reply) for reply in replies), marks)


def served(
    units: Sequence[Unit], parts: Sequence[UnitBoard], retired: Sequence[BoardPlace] = (), **changes: Any
) -> dict[str, Any]:
    """The input of an operation on a directory and a board, pinned to the first anchor."""
    return {
        "anchor": SIGNED[0].encode().hex(),
        "directory": sign_directory(make_directory(units, retired), **changes).encode().hex(),
        "board": encode_board(parts).hex(),
    }


def clock(period: int) -> int:
    """Noon of a period, Unix seconds."""
    return period * DAY + DAY // 2
