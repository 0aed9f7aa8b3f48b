# SPDX-License-Identifier: AGPL-3.0-or-later
"""An in-memory twin of the server, and a whole service around it, for conversations without a socket."""

import random as stdlib_random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from dropbox.flows.desk.collect import CollectResult, collect
from dropbox.flows.desk.opening import open_all
from dropbox.flows.desk.publish_batch import PublishResult, publish_batch
from dropbox.flows.desk.requests import (
    BatchAnswer,
    BlobsThrough,
    CommitVault,
    GetBlobs,
    GetIntakeState,
    GetSegment,
    MakeAuditHead,
    NewContent,
    OpenEnvelopes,
    PostBatch,
    ReadSegment,
    SaveKeyring,
    SettleBlobs,
    Steady,
)
from dropbox.flows.desk.state import Conversation, DeskContext, Keyring, Ledger, Text
from dropbox.flows.drive import Flow, at_once, drive as run_flow
from dropbox.flows.requests import GetBoard, GetDirectory, GetRows
from dropbox.flows.source.requests import ConfirmClock, GetPass, PostBlob, PostEnvelope, ReadingBegins
from dropbox.flows.source.visit import Part, Visited, visit
from dropbox.protocol import labels
from dropbox.protocol.anchors import Anchor, Head, SignedAnchor, SignedHead, sign_as_root
from dropbox.protocol.batches import UnitBoard, Upload, board_id, encode_board, encode_rows, parse_upload
from dropbox.protocol.blobs import BlobsHead, Pass, blob_id
from dropbox.protocol.board import split_bytes
from dropbox.protocol.constants import BLOBS_CHUNK, HASH, EntryType, UnitKind
from dropbox.protocol.directory import Directory, UntrustedDirectory
from dropbox.protocol.envelope_format import split_body
from dropbox.protocol.manifests import parse_manifest
from dropbox.protocol.policy import PRODUCTION, Policy
from dropbox.protocol.primitives import ed25519_public, hkdf, sha256
from dropbox.protocol.units import Unit, UnitKey
from dropbox.protocol.wire import IntakeState, Receipt, segment_header
from journalist_ui.daemon.keyring_format import encode_keyring


def seeded(seed: int) -> Callable[[int], bytes]:
    """A reproducible source of random bytes, for tests only."""
    return stdlib_random.Random(seed).randbytes  # noqa: S311 - reproducible on purpose; no secret depends on it


RECENT = 2
"""Directories whose sizes a batch may still have."""


@dataclass
class Twin:
    """The post office in memory: one board, one intake, closed at period ends."""

    service_id: bytes
    policy: Policy
    directory: UntrustedDirectory
    order: list[bytes]
    now: int
    open: dict[bytes, bytes] = field(default_factory=dict)
    closed: dict[int, list[bytes]] = field(default_factory=dict)
    period_of: dict[bytes, int] = field(default_factory=dict)
    uploads: dict[bytes, dict[int, bytes]] = field(default_factory=dict)
    sizes: dict[bytes, list[tuple[int, int]]] = field(default_factory=dict)
    board: bytes = b""
    rows: bytes = b""
    blobs: dict[int, list[bytes]] = field(default_factory=dict)

    @property
    def clock(self) -> int:
        """Unix seconds, in the middle of the present period."""
        return self.now * self.policy.period + self.policy.period // 2

    def advance(self, periods: int = 1) -> None:
        """Close the present period and begin the next; the board is rebuilt."""
        for _ in range(periods):
            self.closed[self.now] = [self.open[key] for key in sorted(self.open)]
            self.open = {}
            self.now += 1
            for old in [period for period in self.closed if period < self.now - self.policy.retention]:
                del self.closed[old]
        self.rebuild()

    def newest(self, unit_id: bytes) -> Upload | None:
        """What stands on the board of a unit."""
        stored = self.uploads.get(unit_id)
        return parse_upload(stored[max(stored)]) if stored else None

    def shown(self) -> list[Upload]:
        """Everything that stands on the board."""
        return [found for unit_id in self.order if (found := self.newest(unit_id))]

    def rebuild(self) -> None:
        found = [(unit_id, self.newest(unit_id)) for unit_id in self.order]
        self.board = encode_board([UnitBoard(unit_id, one.batch if one else None) for unit_id, one in found])
        self.rows = encode_rows(board_id(self.directory.encode(), self.board), [one.rows for one in self.shown()])

    def note_sizes(self, directory: Directory) -> None:
        """What each unit's batches may have, the newest last."""
        for unit in directory.on_board():
            self.sizes.setdefault(unit.unit_id, []).append((unit.rows, unit.marks))

    def post(self, envelope: bytes) -> bytes:
        key = sha256(envelope)
        if key not in self.period_of:
            self.period_of[key] = self.now
            self.open[key] = envelope
        return Receipt(key, self.period_of[key]).answer()

    def post_blob(self, blob: bytes) -> bytes:
        period = next((one for one, kept in self.blobs.items() if blob in kept), self.now)
        if blob not in self.blobs.setdefault(period, []):
            self.blobs[period].append(blob)
        return Receipt(blob_id(blob), period).answer()

    def state(self) -> IntakeState:
        return IntakeState(self.now, min(self.closed, default=self.now))

    def segment(self, period: int) -> bytes | None:
        if period == self.now:
            envelopes = [self.open[key] for key in sorted(self.open)]
        elif period in self.closed:
            envelopes = self.closed[period]
        else:
            return None
        header = segment_header(self.service_id, period, period != self.now, len(envelopes))
        return header + b"".join(envelopes)

    def take_batch(self, data: bytes) -> BatchAnswer:
        upload = parse_upload(data)
        manifest = parse_manifest(upload.batch.manifest)
        unit_id, period = manifest.unit_id, manifest.period
        stored = self.uploads.setdefault(unit_id, {})
        if (manifest.q, manifest.m) not in self.sizes[unit_id][-RECENT:]:
            return BatchAnswer("other-size")
        if period in stored:
            same = stored[period] == data
            return BatchAnswer("published") if same else BatchAnswer("batch-held", stored[period])
        if abs(period - self.now) > 1 or period < max(stored, default=0):
            return BatchAnswer("expired")
        first = not stored
        stored[period] = data
        if first:
            self.rebuild()
        return BatchAnswer("published")

    def answer(self, request: Any) -> Any:
        """Answer one network request as the server does."""
        match request:
            case GetDirectory():
                return self.directory.encode()
            case GetBoard():
                return self.board
            case GetRows():
                return self.rows
            case ReadingBegins():
                return None
            case GetPass(blobs):
                return Pass(bytes(16), blobs).answer()
            case PostBlob(_, blob):
                return self.post_blob(blob)
            case PostEnvelope(envelope):
                return self.post(envelope)
            case GetIntakeState():
                return self.state().answer()
            case GetSegment(period):
                return self.segment(period)
            case GetBlobs(period, chunk):
                blobs = sorted(self.blobs.get(period, []), key=lambda blob: blob_id(blob))
                whole = BlobsHead(self.service_id, period, len(blobs)).encode() + b"".join(blobs)
                return whole[chunk * BLOBS_CHUNK : (chunk + 1) * BLOBS_CHUNK]
            case PostBatch(upload):
                return self.take_batch(upload)
            case BlobsThrough():
                # A desk in memory has no disk for them.
                return self.now, ()
            case Steady():
                return 0.0
            case SettleBlobs():
                return True
        raise AssertionError(request)


Answers = Callable[[Any], Any]


@dataclass
class Aside:
    """The segment last fetched, as a connection keeps it."""

    segment: bytes = b""

    def keep(self, segment: bytes | None) -> int | None:
        self.segment = segment or b""
        return None if segment is None else len(segment)

    def read(self, request: ReadSegment) -> bytes:
        return self.segment[request.start : request.start + request.size]


def drive(flow: Flow[Any, Any], answer: Answers, aside: Aside | None = None) -> Any:
    """Run a flow to its end by one function that answers everything, a segment with its bytes; exceptions of the flow
    come out. Portions are read and envelopes opened here."""
    aside = aside or Aside()

    async def hand(request: Any) -> Any:
        match request:
            case ReadSegment():
                return aside.read(request)
            case OpenEnvelopes(envelopes, keys):
                return open_all(envelopes, keys)
            case GetSegment():
                return aside.keep(answer(request))
        return answer(request)

    return at_once(run_flow(flow, hand, hand))


@dataclass
class Desk:
    """A desk in memory: its context and what it has opened. ``saved`` is the keyring as last made durable."""

    context: DeskContext
    contents: list[NewContent] = field(default_factory=list)
    saved: bytes = b""
    trace: list[Any] = field(default_factory=list)

    def handle(self, twin: Twin, request: Any) -> Any:
        self.trace.append(request)
        if isinstance(request, CommitVault):
            self.contents.extend(request.contents)
            return None
        if isinstance(request, MakeAuditHead):
            return bytes(HASH)
        if isinstance(request, SaveKeyring):
            self.saved = encode_keyring(request.keyring)
            return None
        return twin.answer(request)

    def collect(self, twin: Twin, now: int | None = None) -> CollectResult:
        clock = twin.clock if now is None else now * twin.policy.period
        return drive(collect(self.context, clock), lambda one: self.handle(twin, one))

    def publish(self, twin: Twin, random: Callable[[int], bytes], now: int | None = None) -> PublishResult:
        clock = twin.clock if now is None else now * twin.policy.period
        flow = publish_batch(self.context, clock, random)
        return drive(flow, lambda one: self.handle(twin, one))

    def reply(self, conversation: Conversation, text: str) -> Text:
        return self.tell(conversation, EntryType.TEXT, text.encode())

    def tell(self, conversation: Conversation, kind: EntryType, written: bytes) -> Text:
        """Something of any type, as it stands in its parts."""
        number = max(self.context.ledger.texts, default=0) + 1
        told = Text(number, conversation.pseudonym, kind, split_bytes(written))
        self.context.ledger.texts.add(told)
        conversation.answered = True
        return told

    def bodies(self) -> list[bytes]:
        """Whole messages, in the order in which their last part came."""
        parts: dict[bytes, dict[int, bytes]] = {}
        whole = []
        for one in self.contents:
            held = parts.setdefault(one.message_id, {})
            held[one.part] = one.body
            if len(held) == one.parts:
                whole.append(b"".join(held[place] for place in sorted(held)))
        return whole


@dataclass
class Service:
    """A twin with its roots, its anchor and its desks."""

    twin: Twin
    anchor: Anchor
    roots: list[bytes]
    desks: dict[str, Desk]
    random: Callable[[int], bytes]

    def tick(self, periods: int = 1) -> None:
        """A period passes; each desk collects and publishes at its end."""
        for _ in range(periods):
            for desk in self.desks.values():
                desk.collect(self.twin)
                desk.publish(self.twin, self.random)
            self.twin.advance()

    def visit(
        self, stretched: bytes, part: Part | None = None, confirm: bool = False, now: int | None = None
    ) -> Visited:
        def answer(request: Any) -> Any:
            return confirm if isinstance(request, ConfirmClock) else self.twin.answer(request)

        clock = self.twin.clock if now is None else now * self.twin.policy.period
        return drive(visit(self.anchor, stretched, part, clock, self.random), answer)

    def send(self, stretched: bytes, slug: str, body: bytes) -> list[Visited]:
        """Every part of one message, a visit each."""
        message_id = self.random(16)
        parts = split_body(body)
        return [
            self.visit(stretched, Part(slug, message_id, place, len(parts), piece))
            for place, piece in enumerate(parts, start=1)
        ]


def sign_directory(
    anchors: tuple[SignedAnchor, ...], roots: list[bytes], directory: Directory, version: int, issued: int, expires: int
) -> UntrustedDirectory:
    """The directory under a head that the first two roots sign."""
    body = directory.encode()
    head = Head(directory.service_id, anchors[-1].anchor.version, version, issued, expires, sha256(body))
    signatures = tuple(sign_as_root(roots[i], i, labels.HEAD_SIGNATURE, head.encode()) for i in range(2))
    return UntrustedDirectory(anchors, SignedHead(head, signatures), body)


def sign_anchor(anchor: Anchor, roots: list[bytes]) -> SignedAnchor:
    body = anchor.encode()
    own = tuple(sign_as_root(roots[i], i, labels.ANCHOR_SIGNATURE, body) for i in range(anchor.threshold))
    return SignedAnchor(anchor, (), own)


def make_service(
    slugs: tuple[str, ...] = ("intake", "north", "south"),
    policy: Policy = PRODUCTION,
    quota: int = 16,
    start: int = 20_000,
    seed: int = 1,
) -> Service:
    """A service of 2-of-3 roots whose desks have published their first batch."""
    random = seeded(seed)
    service_id = random(16)
    roots = [random(32) for _ in range(3)]
    anchor = Anchor(service_id, 1, 2, tuple(ed25519_public(root) for root in roots))
    desks, units = {}, []
    for slug in slugs:
        keyring = Keyring(signing_seed=hkdf(random(32), slug.encode()))
        unit_id = random(16)
        kind = UnitKind.INTAKE_DESK if slug == "intake" else UnitKind.FORCE_UNIT
        keys = (UnitKey(keyring.public, start),)
        units.append(Unit(unit_id, slug, f"Unit {slug}", kind, (), keys, b"", start, start + 5_000, quota, 2 * quota))
        desks[slug] = Desk(DeskContext(anchor, unit_id, keyring, Ledger()))
    directory = Directory(service_id, policy, tuple(units))
    signed = sign_directory((sign_anchor(anchor, roots),), roots, directory, 1, start, start + policy.head_life)
    twin = Twin(service_id, policy, signed, [unit.unit_id for unit in units], start)
    twin.note_sizes(directory)
    twin.rebuild()
    service = Service(twin, anchor, roots, desks, random)
    for desk in desks.values():
        desk.collect(twin)
        desk.publish(twin, random)
    return service


def replace_directory(service: Service, change: Callable[[Directory], Directory], version: int) -> None:
    """The roots sign a changed directory."""
    from dropbox.protocol.directory import parse_directory

    twin = service.twin
    directory = change(parse_directory(twin.directory.body))
    twin.directory = sign_directory(
        twin.directory.anchors, service.roots, directory, version, twin.now, twin.now + twin.policy.head_life
    )
    twin.order = [unit.unit_id for unit in directory.on_board()]
    twin.note_sizes(directory)
    twin.rebuild()


def changed_unit(directory: Directory, slug: str, **changes: Any) -> Directory:
    """The directory with some fields of one unit changed."""
    units = tuple(replace(unit, **changes) if unit.slug == slug else unit for unit in directory.units)
    return replace(directory, units=units)


__all__ = [
    "Desk",
    "Service",
    "Twin",
    "changed_unit",
    "drive",
    "make_service",
    "replace_directory",
    "seeded",
]
