# SPDX-License-Identifier: AGPL-3.0-or-later
"""A service small enough for vectors: five roots, units with eight rows and eight marks, all keys fixed.

Everything is made by hand from the protocol's own structs, so that a scenario can bend any single field.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dropbox.protocol import labels
from dropbox.protocol.anchors import Anchor, Head, SignedAnchor, SignedHead, sign_as_root
from dropbox.protocol.batches import Batch, UnitBoard, board_id, encode_board, encode_rows, sign_batch
from dropbox.protocol.board import EntryPlace, EntryPlain, chain_next, chain_start
from dropbox.protocol.certificates import EpochCert, epoch_bounds, epoch_of
from dropbox.protocol.codename import ConversationKeys, conversation_keys
from dropbox.protocol.constants import ENTRY, HASH, LANES, PAYLOAD, EntryType, UnitKind
from dropbox.protocol.directory import Directory, UntrustedDirectory
from dropbox.protocol.index import make_index
from dropbox.protocol.manifests import NO_HASH, Manifest
from dropbox.protocol.marks import Mark, hide_mark, mark_name, mark_value
from dropbox.protocol.policy import Policy
from dropbox.protocol.primitives import SealingKey, ed25519_public, hkdf, sha256
from dropbox.protocol.rows import join_rows, rows_root
from dropbox.protocol.texts import seal_row, text_key
from dropbox.protocol.units import BoardPlace, Unit, UnitKey

START = 20_000
DAY = 86_400
QUOTA = 8
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
class Said:
    """What a unit puts in a batch: entries by lane, payloads by value; the rest is random."""

    lanes: dict[int, tuple[bytes, ...]] = field(default_factory=dict)
    marks: dict[int, bytes] = field(default_factory=dict)
    q: int = QUOTA
    m: int = QUOTA


@dataclass(frozen=True)
class Made:
    """A batch and its rows."""

    batch: Batch
    rows: bytes


def _lanes(slug: str, period: int, said: Said) -> list[list[bytes]]:
    filled = []
    for lane in range(LANES):
        entries = list(said.lanes.get(lane, ()))
        more = range(said.q // LANES - len(entries))
        filled.append(entries + [noise(f"{slug} {period} row {lane} {at}", ENTRY) for at in more])
    return filled


def _marks(slug: str, period: int, said: Said) -> dict[int, bytes]:
    filled = dict(said.marks)
    for at in range(said.m - len(filled)):
        drawn = noise(f"{slug} {period} mark {at}", 6 + PAYLOAD)
        filled[mark_value(drawn, said.m)] = drawn[6:]
    return filled


def make_batch(
    slug: str, period: int, said: Said | None = None, before: tuple[int, Batch] | None = None, **changes: Any
) -> Made:
    """One signed batch. ``changes`` bend the manifest's fields; ``signer`` names another key's seed, ``index`` and
    ``rows`` are served, and named, in place of the right ones."""
    said = said or Said()
    signer = changes.pop("signer", seed(f"{slug} signs"))
    lanes = _lanes(slug, period, said)
    index = changes.pop("index", make_index(lanes, _marks(slug, period, said)).encode())
    rows = changes.pop("rows", join_rows(lanes))
    current, following = certs_at(slug, period)
    manifest = Manifest(
        service_id=SERVICE,
        unit_id=unit_id(slug),
        period=period,
        prev_period=before[0] if before else 0,
        prev_hash=before[1].hash if before else NO_HASH,
        q=said.q,
        m=said.m,
        index_hash=sha256(index),
        rows_hash=sha256(rows),
        root=changes["root"] if "root" in changes else rows_root(rows),
        intake_period=period - 1,
        intake_root=sha256(b""),
        audit_head=bytes(HASH),
        head=sign_head(Head(SERVICE, 1, 1, START, START + POLICY.head_life, bytes(HASH))),
        cert_current=current.hash,
        cert_next=following.hash,
    )
    certs = (current.encode(), following.encode())
    return Made(sign_batch(replace(manifest, **changes), signer, certs, index), rows)


def keys_for(slug: str, stretched: bytes = STRETCHED) -> ConversationKeys:
    return conversation_keys(stretched, unit_id(slug))


def chain_key(keys: ConversationKeys, step: int, message_id: bytes = MESSAGE_ID) -> bytes:
    found = chain_start(keys.refresh(message_id), keys.unit_id, keys.pseudonym)
    for _ in range(step):
        found = chain_next(found)
    return found


@dataclass(frozen=True)
class Reply:
    """One part of a text; ``step`` and ``message_id`` say which key it has."""

    number: int
    text: bytes
    step: int = 0
    part: int = 1
    parts: int = 1
    first: int = 1
    message_id: bytes = MESSAGE_ID
    type: EntryType = EntryType.TEXT


def make_row(slug: str, period: int, lane: int, reply: Reply, signer: bytes | None = None) -> bytes:
    """An entry of the conversation between STRETCHED and the unit."""
    keys = keys_for(slug)
    place = EntryPlace(keys.beacon, keys.pseudonym, period, lane, reply.message_id, reply.step)
    plain = EntryPlain(reply.type, reply.number, reply.first, reply.part, reply.parts, reply.text)
    key = text_key(chain_key(keys, reply.step, reply.message_id))
    return seal_row(
        place, key, noise(f"nonce {slug} {period} {lane}", 12), SERVICE, signer or seed(f"{slug} signs"), plain
    )


def own_mark(slug: str, period: int, collected: int, more_waits: bool = False, m: int = QUOTA) -> dict[int, bytes]:
    """The mark of that conversation, by its value."""
    keys = keys_for(slug)
    name = mark_name(keys.beacon, keys.pseudonym, period)
    return {mark_value(name, m): hide_mark(name, Mark(collected, more_waits))}


def said_to(
    slug: str, period: int, replies: dict[int, Reply], marks: dict[int, bytes] | None = None, q: int = QUOTA
) -> Said:
    """A text's part a lane."""
    lanes = {lane: (make_row(slug, period, lane, reply),) for lane, reply in replies.items()}
    return Said(lanes, marks or {}, q)


def part_with(slug: str, made: Made | None) -> UnitBoard:
    return UnitBoard(unit_id(slug), made.batch if made else None)


def shown(
    units: Sequence[Unit], made: dict[str, Made | None], retired: Sequence[BoardPlace] = (), **changes: Any
) -> dict[str, Any]:
    """The input of an operation on a directory, a board and its rows, pinned to the first anchor.

    ``board`` and ``rows`` replace those bytes, and rows are then for the board that is shown; other ``changes`` bend
    the directory's head.
    """
    replaced = {name: changes.pop(name) for name in ("board", "rows") if name in changes}
    policy = changes.pop("policy", POLICY)
    directory = sign_directory(make_directory(units, retired, policy=policy), **changes).encode()
    board = replaced.get("board", encode_board([part_with(slug, one) for slug, one in made.items()]))
    rows = replaced.get("rows", [one.rows for one in made.values() if one])
    return {
        "anchor": SIGNED[0].encode().hex(),
        "directory": directory.hex(),
        "board": board.hex(),
        "rows": encode_rows(board_id(directory, board), rows).hex(),
    }


def clock(period: int) -> int:
    """Noon of a period, Unix seconds."""
    return period * DAY + DAY // 2
