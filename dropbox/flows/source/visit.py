# SPDX-License-Identifier: AGPL-3.0-or-later
"""One visit of a source: directory, board, rows, then the blobs of its files where it has some, then exactly one
envelope (docs/protocol.md, section 7).

A report, an answer, a return to read and a return with an unknown codename yield the same requests in the same order
with the same sizes; only what is inside the envelope differs. That a visit brings files can be seen, and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from dropbox.flows.drive import Flow
from dropbox.flows.requests import GetBoard, GetDirectory, GetRows
from dropbox.flows.trust import Judged, choose_cert, judge
from dropbox.protocol.anchors import Anchor
from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.certificates import EpochCert
from dropbox.protocol.chance import Random, draw
from dropbox.protocol.codename import conversation_keys
from dropbox.protocol.constants import MESSAGE_ID, UnitKind
from dropbox.protocol.contact import contact_info, seal_contact
from dropbox.protocol.envelope_seal import DECOY_RANDOM, envelope_id, seal_ack, seal_decoy, seal_message
from dropbox.protocol.errors import (
    AnchorOlder,
    BadValue,
    ClockUnconfirmed,
    ContactNotTaken,
    FilesNotTaken,
    HeadOlder,
    NoUnitReceives,
    ProtocolError,
    RoutingChanged,
    RowsMismatch,
    UnitCannotReceive,
    UnitConflicted,
    UnknownUnit,
)
from dropbox.protocol.proofs import ProvedUnit
from dropbox.protocol.routing import receiving_unit
from dropbox.protocol.wire import Receipt, parse_receipt

from .attached import Attached, post_blobs
from .reading import FoundConversation, Reading, read_board
from .requests import ConfirmClock, NotTaken, PostEnvelope, ReadingBegins, VisitRequest


@dataclass(frozen=True)
class Shown:
    """The receiving unit's name as the person saw it before sending, whether the report was to go past the force's own
    unit, and the kind of unit where the person was told whether its people are police. Where it was shown was no signed
    place: the visit checks it against the directory."""

    name: str
    independent: bool
    kind: UnitKind | None = None


@dataclass(frozen=True)
class Contact:
    """Contact details, and the report that they go with. They are sealed in the visit, to what the unit's board says
    then; the part's own body is as long and holds none."""

    report: Report
    text: str = field(repr=False)

    def body(self, proved: ProvedUnit, cert: EpochCert, pseudonym: bytes, message_id: bytes) -> bytes:
        """The report with what was sealed. Raises BadPublicKey."""
        info = contact_info(cert.hash, pseudonym, message_id)
        return encode_body(replace(self.report, contact=seal_contact(proved.unit.contact_pk, info, self.text)))


@dataclass(frozen=True)
class Part:
    """One part of a message to send in this visit. ``slug`` empty: the one conversation that the board holds.

    ``force`` is the force that the report is about, for the directory's conflict rules; empty when not said.
    ``shown`` when the unit was found by the force and not named by the person. ``attached`` is what its files are
    made of, ``contact`` what is sealed into the one part of a message with contact details.
    """

    slug: str
    message_id: bytes
    part: int
    parts: int
    body: bytes = field(repr=False)
    force: str = ""
    shown: Shown | None = None
    attached: Attached | None = field(default=None, repr=False)
    contact: Contact | None = None


@dataclass(frozen=True)
class Visited(Reading):
    """What a visit learnt, whatever became of its envelope. ``receipt`` is that of the message (None when a decoy or an
    ack went instead); ``refused`` why the message could not be sealed, in which case a decoy was posted; ``slug`` the
    unit written to; ``fault`` why there is no receipt of the envelope, whatever was in it."""

    receipt: Receipt | None
    refused: ProtocolError | None
    slug: str
    fault: NotTaken | None = None

    @property
    def perhaps(self) -> bool:
        """Whether the message may be stored although nothing shows it."""
        return self.fault is not None and self.fault.perhaps and self.refused is None


def _receiving(judged: Judged) -> list[tuple[ProvedUnit, EpochCert]]:
    """Every unit that can be sealed to, with its certificate."""
    able = []
    for proved in judged.units:
        try:
            able.append((proved, choose_cert(judged, proved)))
        except UnitCannotReceive:
            continue
    return able


def _decoy(judged: Judged, random: Random) -> bytes:
    """Raises NoUnitReceives."""
    able = _receiving(judged)
    if not able:
        raise NoUnitReceives("units")
    _, cert = draw(able, random)
    return seal_decoy(cert, random(DECOY_RANDOM))


def _takes_files(judged: Judged) -> bool:
    """Whether the service does, by its signed policy."""
    return judged.directory.policy.blobs_per_period > 0


def _target(judged: Judged, found: Sequence[FoundConversation], part: Part) -> ProvedUnit:
    """Whom the part goes to. Raises CannotSend."""
    slug = part.slug
    if not slug:
        if len(found) != 1:
            raise UnknownUnit("several" if found else "none")
        slug = found[0].unit.unit.slug
    if slug in {retired.unit.slug for retired in judged.directory.directory.retired}:
        raise UnitCannotReceive("retired")
    unit = judged.directory.directory.unit(slug)
    if part.shown is not None:
        routed = receiving_unit(judged.directory.directory, part.force, part.shown.independent)
        if routed is not unit or unit.name != part.shown.name or part.shown.kind not in (None, unit.kind):
            raise RoutingChanged("unit")
    if part.force and part.force in unit.conflicts:
        raise UnitConflicted("force")
    if part.attached is not None and (unit.takes_no_files or not _takes_files(judged)):
        raise FilesNotTaken("flag")
    if part.contact is not None and not unit.contact_pk:
        raise ContactNotTaken("key")
    proved = judged.proved(slug)
    if proved is None:
        raise UnitCannotReceive("its board is altered")
    return proved


def _message(judged: Judged, found: Sequence[FoundConversation], part: Part, stretched: bytes) -> tuple[bytes, str]:
    """The sealed part and its unit's slug. Raises CannotSend, BadPublicKey."""
    proved = _target(judged, found, part)
    cert = choose_cert(judged, proved)
    keys = conversation_keys(stretched, proved.unit.unit_id)
    ack = next((one.ack for one in found if one.unit is proved), 0)
    body = part.contact.body(proved, cert, keys.pseudonym, part.message_id) if part.contact else part.body
    return seal_message(keys, cert, part.message_id, part.part, part.parts, body, ack), proved.unit.slug


def _acknowledgement(judged: Judged, found: Sequence[FoundConversation], random: Random) -> bytes | None:
    """An ack to one of the units where it is most wanted; None when there is none that can be sealed to."""
    able = {proved.unit.unit_id: cert for proved, cert in _receiving(judged)}
    candidates = [one for one in found if one.unit.unit.unit_id in able]
    if not candidates:
        return None
    wanted = min(one.urgency for one in candidates)
    one = draw([one for one in candidates if one.urgency == wanted], random)
    return seal_ack(one.keys, able[one.unit.unit.unit_id], random(MESSAGE_ID), one.ack)


def _fetch(anchor: Anchor, clock: int) -> Flow[VisitRequest, Judged]:
    """Directory, board and its rows, fetched once more when one was replaced meanwhile. Raises TrustError,
    Malformed."""
    try:
        return judge(anchor, *(yield from _fetch_once()), clock)
    except (HeadOlder, AnchorOlder, RowsMismatch):
        return judge(anchor, *(yield from _fetch_once()), clock)


def _fetch_once() -> Flow[VisitRequest, tuple[bytes, bytes, bytes]]:
    directory = yield from GetDirectory()
    board = yield from GetBoard()
    return directory, board, (yield from GetRows())


def _receipt(answer: bytes | NotTaken, sent: bytes) -> Receipt | NotTaken:
    """The receipt in an answer, unless it is none for what was sent."""
    if isinstance(answer, NotTaken):
        return answer
    try:
        receipt = parse_receipt(answer)
    except ProtocolError as error:
        return NotTaken(error)
    return receipt if receipt.id == envelope_id(sent) else NotTaken(BadValue("receipt for another envelope"))


def visit(
    anchor: Anchor, stretched: bytes, part: Part | None, clock: int, random: Random
) -> Flow[VisitRequest, Visited]:
    """One burst. ``stretched`` is S, ``part`` what to send (None: only read), ``clock`` the device's, Unix seconds.

    Raises TrustError and Malformed when directory or board cannot be believed (nothing is posted), and
    ClockUnconfirmed. What the board holds is told with the envelope, whatever becomes of that; where no unit can be
    sealed to nothing is posted, and that is the fault, and why a part was refused.
    """
    judged = yield from _fetch(anchor, clock)
    # Where nothing can be sealed to anybody, as with every board altered, the date is not what keeps it back.
    if judged.clock_suspect and _receiving(judged) and not (yield from ConfirmClock()):
        raise ClockUnconfirmed("clock")
    yield from ReadingBegins()
    found = read_board(judged.units, stretched)
    refused: ProtocolError | None = None
    envelope: bytes | None = None
    slug = ""
    attached = part.attached if part is not None else None
    if part is not None:
        try:
            if attached is not None and attached.refused is not None:
                raise attached.refused
            envelope, slug = _message(judged, found, part, stretched)
        except ProtocolError as error:
            refused = attached.spoil(error) if attached is not None else error
    else:
        envelope = _acknowledgement(judged, found, random)
    try:
        sent = envelope if envelope is not None else _decoy(judged, random)
    except NoUnitReceives as error:
        return Visited(judged, found, None, error if part is not None else None, "", NotTaken(error, perhaps=False))
    if attached is not None and _takes_files(judged):
        yield from post_blobs(attached)
    told = _receipt((yield from PostEnvelope(sent, Reading(judged, found))), sent)
    if isinstance(told, NotTaken):
        return Visited(judged, found, None, refused, slug, told)
    return Visited(judged, found, told if slug else None, refused, slug)
