# SPDX-License-Identifier: AGPL-3.0-or-later
"""Operations on what a server serves: anchors, directory, board, a whole visit."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from itertools import count
from typing import Any

from dropbox.flows.desk.segments import check_segment
from dropbox.flows.desk.state import DeskContext, Keyring, Ledger
from dropbox.flows.requests import GetBoard, GetDirectory, GetRows
from dropbox.flows.source.attached import Attached
from dropbox.flows.source.reading import read_board
from dropbox.flows.source.requests import ConfirmClock, GetPass, PostBlob, PostEnvelope, ReadingBegins
from dropbox.flows.source.visit import Contact, Part, Shown, visit
from dropbox.flows.trust import Judged, choose_cert, cut_board, judge
from dropbox.protocol import wire
from dropbox.protocol.anchors import Anchor, parse_signed_anchor, verify_anchor_chain, verify_first_anchor
from dropbox.protocol.blobs import Pass, blob_id
from dropbox.protocol.body import Report, encode_body, parse_body
from dropbox.protocol.constants import BLOB, PASS, EntryType
from dropbox.protocol.contact import contact_info
from dropbox.protocol.contact_open import open_contact
from dropbox.protocol.directory import parse_signed_directory, verify_directory
from dropbox.protocol.enrolment import verify_enrolment
from dropbox.protocol.envelope_open import EpochOpener, OpenedEnvelope, open_envelope
from dropbox.protocol.envelope_seal import envelope_id
from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.primitives import SealingKey
from dropbox.protocol.proofs import prove_unit
from dropbox.protocol.reading import WholeText
from dropbox.protocol.routing import receiving_unit
from tests.flows.twin import Aside, drive
from tests.vectors.operations import Values, operation
from tests.vectors.operations_told import shown_questions


def _b(text: str) -> bytes:
    return bytes.fromhex(text)


def _anchor(signed: str) -> Anchor:
    """The anchor that a client pins; it believed it when it pinned it."""
    return parse_signed_anchor(_b(signed)).anchor


@operation
def anchor_pin(signed: str) -> Values:
    anchor = verify_first_anchor(parse_signed_anchor(_b(signed)))
    return {"version": anchor.version, "fingerprint": anchor.fingerprint.hex()}


@operation
def anchor_chain(pinned: str, served: list[str]) -> Values:
    anchors = [parse_signed_anchor(_b(one)) for one in served]
    return {"trusted": [one.version for one in verify_anchor_chain(parse_signed_anchor(_b(pinned)).anchor, anchors)]}


@operation
def directory_verify(anchor: str, directory: str) -> Values:
    found = verify_directory(_anchor(anchor), parse_signed_directory(_b(directory)))
    head = found.signed_head.head
    return {
        "version": head.dir_version,
        "issued": head.issued,
        "expires": head.expires,
        "units": [unit.slug for unit in found.directory.units],
        "policy": asdict(found.policy),
    }


@operation
def unit_route(anchor: str, directory: str, force: str, independent: bool) -> Values:
    listed = verify_directory(_anchor(anchor), parse_signed_directory(_b(directory))).directory
    found = receiving_unit(listed, force, independent)
    return {"slug": found.slug if found else ""}


@operation
def unit_successor(anchor: str, directory: str, slug: str) -> Values:
    listed = verify_directory(_anchor(anchor), parse_signed_directory(_b(directory))).directory
    found = listed.successor_of(next(one for one in listed.on_board() if one.slug == slug))
    return {"slug": found.slug if found else ""}


@operation
def enrolment_verify(data: str) -> Values:
    found = verify_enrolment(_b(data))
    return {"unit_id": found.unit_id.hex(), "public": found.signing_public.hex(), "name": found.name}


@operation
def unit_prove(anchor: str, directory: str, board: str, rows: str, slug: str, as_unit: str = "") -> Values:
    """The part of ``as_unit`` is put in the place of the unit's own."""
    verified = verify_directory(_anchor(anchor), parse_signed_directory(_b(directory)))
    served = cut_board(_b(directory), _b(board), _b(rows))
    places = {place.unit.slug: place for place in verified.directory.places()}
    unit_id = places[as_unit or slug].unit.unit_id
    part, own = served.parts.get(unit_id), served.rows.get(unit_id, b"")
    found = prove_unit(verified.service_id, places[slug], part, own)
    q, m = (found.batch.manifest.q, found.batch.manifest.m) if found.batch else (None, None)
    return {"newest": found.newest, "q": q, "m": m}


def _judged(anchor: str, directory: str, board: str, rows: str, clock: int) -> Judged:
    return judge(_anchor(anchor), _b(directory), _b(board), _b(rows), clock)


@operation
def board_judge(**served: Any) -> Values:
    judged = _judged(**served)
    return {
        "reached": judged.reached,
        "proved": [one.unit.slug for one in judged.units],
        "warnings": [[one.code, one.slug, one.days, one.proof] for one in judged.warnings],
    }


@operation
def cert_choose(slug: str, **served: Any) -> Values:
    judged = _judged(**served)
    proved = next(one for one in judged.units if one.unit.slug == slug)
    return {"epoch": choose_cert(judged, proved).epoch}


def _shown(text: WholeText) -> list[Any]:
    """Number and words; of another type its name, and what it says or null."""
    if text.type is EntryType.TEXT:
        return [text.number, text.text]
    if not text.readable:
        return [text.number, text.type.name, None]
    if text.type is EntryType.CONTACT_OPENED:
        return [text.number, text.type.name, {}]
    if text.type is EntryType.QUESTIONS:
        return [text.number, text.type.name, shown_questions(text.questions)]
    if text.offer:
        return [text.number, text.type.name, {"unit": text.offer.slug, "reference": text.offer.reference}]
    return [text.number, text.type.name, {"kinds": list(text.kinds), "say": text.text}]


@operation
def board_read(stretched: str, **served: Any) -> Values:
    return {
        "conversations": [
            {
                "unit": one.unit.unit.slug,
                "texts": [_shown(text) for text in one.texts],
                "ack": one.ack,
                "collected": one.collected,
                "more": one.more,
                "urgency": one.urgency,
                "failed": one.read.failed,
            }
            for one in read_board(_judged(**served).units, _b(stretched))
        ]
    }


@dataclass
class _Post:
    """The other end of a visit: serves fixed bytes, opens what is posted and says what it was asked."""

    directory: bytes
    board: bytes
    rows: bytes
    confirm: bool
    openers: list[Values]
    asked: list[str] = field(default_factory=list)
    sent: Values = field(default_factory=dict)

    def answer(self, request: Any) -> Any:
        match request:
            case GetDirectory():
                self.asked.append("directory")
                return self.directory
            case GetBoard():
                self.asked.append("board")
                return self.board
            case GetRows():
                self.asked.append("rows")
                return self.rows
            case ConfirmClock():
                self.asked.append("confirm")
                return self.confirm
            case ReadingBegins():
                return None
            case GetPass(blobs):
                self.asked.append(f"pass {blobs}")
                return Pass(bytes(PASS), blobs).answer()
            case PostBlob(_, blob):
                # A real one is of one byte throughout.
                self.asked.append(f"blob {len(blob)} {'real' if len(set(blob)) == 1 else 'random'}")
                return wire.Receipt(blob_id(blob), 1).answer()
            case PostEnvelope(envelope):
                self.asked.append(f"envelope {len(envelope)}")
                self.sent = self._open(envelope)
                return wire.Receipt(envelope_id(envelope), 1).answer()
        raise AssertionError(request)

    def _open(self, envelope: bytes) -> Values:
        for one in self.openers:
            opener = EpochOpener(one["epoch"], _b(one["cert_hash"]), SealingKey(_b(one["seed"])))
            try:
                opened = open_envelope(envelope, [opener])
            except NotForThisKey:
                continue
            plain = opened.plain
            said = {"type": plain.type.name, "part": plain.part, "parts": plain.parts, "ack": plain.ack}
            held = (
                _with_contact(opened, _b(one["contact_seed"])) if "contact_seed" in one else {"body": plain.body.hex()}
            )
            return {"unit": one["unit"], "epoch": opened.epoch, **said, **held}
        raise AssertionError("an envelope that none of the units can open")


def _with_contact(opened: OpenedEnvelope, key: bytes) -> Values:
    """The body without the contact details, and what those say to whoever verified the message."""
    report, plain = parse_body(opened.plain.body), opened.plain
    info = contact_info(opened.cert_hash, plain.pseudonym, plain.message_id)
    said = open_contact(SealingKey(key), report.contact, info)
    return {"body": encode_body(replace(report, contact=b"")).hex(), "contact": said}


def _part(values: Values) -> Part:
    shown = Shown(**values["shown"]) if "shown" in values else None
    message_id, body = _b(values["message_id"]), _b(values["body"])
    real = [bytes([at]) * BLOB for at in range(values.get("attached", 0))]
    late = values.get("late")
    attached = Attached(real, _counting(), _clock(late)) if real else None
    contact = Contact(Report(values["contact"][0]), values["contact"][1]) if "contact" in values else None
    values = {name: value for name, value in values.items() if name != "late"}
    more = {"shown": shown, "attached": attached, "contact": contact}
    return Part(**{**values, "message_id": message_id, "body": body, **more})


def _clock(late: int | None) -> Callable[[], int]:
    """Stands still; an hour and a second are over once it was looked at so often."""
    looks = count()
    return lambda: 3_601 if late is not None and next(looks) >= late else 0


def _counting() -> Callable[[int], bytes]:
    """The random bytes of a vector: byte ``at`` of the n-th request is n + at, requests counted from 0, modulo 256."""
    requests = count()

    def take(size: int) -> bytes:
        first = next(requests)
        return bytes((first + at) % 256 for at in range(size))

    return take


@operation
def visit_once(
    anchor: str,
    directory: str,
    board: str,
    rows: str,
    clock: int,
    stretched: str,
    part: Values | None,
    confirm: bool,
    openers: list[Values],
) -> Values:
    """The requests of a visit, what its one envelope holds and for whom, and why the message could not be sealed."""
    to_send = _part(part) if part else None
    post = _Post(_b(directory), _b(board), _b(rows), confirm, openers)
    visited = drive(visit(_anchor(anchor), _b(stretched), to_send, clock, _counting()), post.answer)
    return {
        "requests": post.asked,
        "sent": post.sent,
        "slug": visited.slug,
        "refused": visited.refused.code if visited.refused else "",
        "receipt": visited.receipt is not None,
    }


@operation
def segment_check(anchor: str, directory: str, data: str, period: int, known_root: str) -> Values:
    pinned = _anchor(anchor)
    found = verify_directory(pinned, parse_signed_directory(_b(directory)))
    ledger = Ledger(roots={period: _b(known_root)} if known_root else {})
    context = DeskContext(pinned, bytes(16), Keyring(bytes(32)), ledger, found)
    flow, aside = check_segment(context, len(_b(data)), period, closed=True), Aside(_b(data))
    return {"root": drive(flow, lambda request: None, aside).ids.root.hex()}
