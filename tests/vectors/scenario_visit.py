# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of whole visits: what is asked, and what the envelope holds."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from dropbox.protocol.anchors import Head
from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.policy import Policy
from dropbox.protocol.primitives import SealingKey
from dropbox.protocol.units import Unit
from tests.vectors.scenario import Scenario, Values, flip, refuse
from tests.vectors.scenario_contact import SEED as CONTACT_SEED
from tests.vectors.scenario_reading import DAY as NOW, NAMES, UNITS
from tests.vectors.small_service import (
    MESSAGE_ID,
    POLICY,
    SERVICE,
    START,
    STRETCHED,
    Made,
    Reply,
    Said,
    certs_at,
    clock,
    epoch_seed,
    make_batch,
    own_mark,
    said_to,
    shown,
    sign_head,
)


def _openers(contact: bytes = b"") -> list[Values]:
    """Those of each unit; ``contact`` is the seed of north's key for contact details."""
    found = []
    for slug in NAMES:
        for cert in certs_at(slug, NOW):
            values = {"unit": slug, "epoch": cert.epoch, "cert_hash": cert.hash.hex()}
            more = {"contact_seed": contact.hex()} if contact and slug == "north" else {}
            found.append({**values, "seed": epoch_seed(slug, cert.epoch).hex(), **more})
    return found


def _part(slug: str, **changes: Any) -> Values:
    plain = {"slug": slug, "message_id": MESSAGE_ID.hex(), "part": 1, "parts": 1, "body": b"{}".hex(), "force": ""}
    return {**plain, **changes}


def _told(name: str, independent: bool = False) -> Values:
    return {"name": name, "independent": independent}


def _visit(
    part: Values | None = None,
    north: Said | None = None,
    intake: Said | None = None,
    now: int = NOW,
    confirm: bool = False,
    units: Iterable[Unit] = UNITS,
    policy: Policy = POLICY,
    openers: list[Values] | None = None,
) -> Values:
    made: dict[str, Made | None] = {
        "intake": make_batch("intake", NOW, intake),
        "north": make_batch("north", NOW, north),
    }
    values = {**shown(list(units), made, policy=policy), "clock": clock(now), "stretched": STRETCHED.hex()}
    return {**values, "part": part, "confirm": confirm, "openers": openers or _openers()}


def _says(slug: str, *replies: Reply, collected: int | None = None, waits: bool = False) -> Said:
    """A text a lane, and a mark where ``collected`` is given."""
    marks = {} if collected is None else own_mark(slug, NOW, collected, waits)
    return said_to(slug, NOW, dict(enumerate(replies)), marks)


BURST = ["directory", "board", "rows", "envelope 16384"]
EPOCH = NOW // 2


def _sent(unit: str, kind: str, ack: int = 0, epoch: int = EPOCH, body: bytes = b"", **more: int) -> Values:
    return {"unit": unit, "epoch": epoch, "type": kind, "part": 1, "parts": 1, "ack": ack, **more, "body": body.hex()}


def _visited(
    sent: Values, slug: str = "", refused: str = "", asked: Sequence[str] = BURST, receipt: bool = False
) -> Values:
    return {"requests": list(asked), "sent": sent, "slug": slug, "refused": refused, "receipt": receipt}


_TAKES = replace(POLICY, blobs_per_period=64)


def _burst(real: int, random: int, order: str) -> list[str]:
    """What is asked with files: ``order`` says of each blob whether it is real."""
    kinds = {"r": "real", "-": "random"}
    assert (order.count("r"), order.count("-")) == (real, random)
    return [*BURST[:3], f"pass {real + random}", *(f"blob 262144 {kinds[one]}" for one in order), BURST[3]]


def _with_files() -> list[Scenario]:
    """Whatever was decided, the blobs go; where the message does not, all of them are random."""
    refusing = [UNITS[0], replace(UNITS[1], takes_no_files=True)]
    paused = [UNITS[0], replace(UNITS[1], paused=True)]
    sent, decoy = _sent("north", "MESSAGE", body=b"{}"), _sent("intake", "DECOY")
    drawn = _sent("north", "DECOY")
    three, one = _part("north", attached=3), _part("north", attached=1)
    rows: list[tuple[str, str, Values, Values]] = [
        (
            "files",
            "Three blobs and a random one before the envelope.",
            _visit(three, policy=_TAKES),
            _visited(sent, "north", asked=_burst(3, 1, "r-rr"), receipt=True),
        ),
        (
            "files-one",
            "A single blob.",
            _visit(one, policy=_TAKES),
            _visited(sent, "north", asked=_burst(1, 0, "r"), receipt=True),
        ),
        (
            "files-paused",
            "The unit cannot be sealed to: as many blobs go, all random.",
            _visit(three, units=paused, policy=_TAKES),
            _visited(decoy, refused="unit-cannot-receive", asked=_burst(0, 4, "----")),
        ),
        (
            "files-flag",
            "The unit takes no files.",
            _visit(three, units=refusing, policy=_TAKES),
            _visited(drawn, refused="files-not-taken", asked=_burst(0, 4, "----")),
        ),
        (
            "files-none-taken",
            "A service that takes none is sent none.",
            _visit(three),
            _visited(drawn, refused="files-not-taken"),
        ),
        (
            "files-too-late",
            "The files' hour is over after the first of four blobs: nothing more of them goes, and no envelope.",
            _visit(_part("north", attached=3, late=3), policy=_TAKES),
            {"error": "files-too-late"},
        ),
        (
            "no-files-flag",
            "A text goes to a unit that takes no files.",
            _visit(_part("north"), units=refusing, policy=_TAKES),
            _visited(sent, "north", receipt=True),
        ),
    ]
    return [(f"visit-{name}", claim, "visit-once", values, made) for name, claim, values, made in rows]


def _with_contact() -> list[Scenario]:
    """Contact details are sealed in the visit, and nothing but what the envelope holds differs."""
    keyed = [UNITS[0], replace(UNITS[1], contact_pk=SealingKey(CONTACT_SEED).public)]
    unable = [UNITS[0], replace(UNITS[1], contact_pk=bytes(1_216))]
    part = _part("north", contact=["Text.", "Signal, at nights."])
    sent = _sent("north", "MESSAGE", body=encode_body(Report("Text.")))
    drawn = _sent("north", "DECOY")
    rows: list[tuple[str, str, Values, Values]] = [
        (
            "contact",
            "Sealed to the unit's key for them, bound to this message.",
            _visit(part, units=keyed, openers=_openers(CONTACT_SEED)),
            _visited({**sent, "contact": "Signal, at nights."}, "north", receipt=True),
        ),
        (
            "contact-no-key",
            "A unit without a key takes none: a decoy goes.",
            _visit(part),
            _visited(drawn, refused="contact-not-taken"),
        ),
        (
            "contact-bad-key",
            "A key that nothing can be sealed to.",
            _visit(part, units=unable),
            _visited(drawn, refused="bad-public-key"),
        ),
    ]
    return [(f"visit-{name}", claim, "visit-once", values, made) for name, claim, values, made in rows]


def _visits() -> list[Scenario]:
    answered = _says("north", Reply(1, b"one"), collected=1)
    marked = _says("intake", collected=1)
    hello = _says("intake", Reply(1, b"hello"))
    paused = [UNITS[0], replace(UNITS[1], paused=True)]
    conflicted = [UNITS[0], replace(UNITS[1], conflicts=("gwent",))]
    serving = [UNITS[0], replace(UNITS[1], forces=("cumbria",))]
    message, decoy = _sent("north", "MESSAGE", body=b"{}"), _sent("intake", "DECOY")
    drawn = _sent("north", "DECOY")
    confirmed = ["directory", "board", "rows", "confirm", "envelope 16384"]
    third = _part("north", part=3, parts=4)
    rows: list[tuple[str, str, Values, Values]] = [
        (
            "report",
            "A report to the unit that it names.",
            _visit(_part("north")),
            _visited(message, "north", receipt=True),
        ),
        (
            "report-part",
            "One part of four.",
            _visit(third),
            _visited(_sent("north", "MESSAGE", body=b"{}", part=3, parts=4), "north", receipt=True),
        ),
        (
            "answer",
            "An answer acknowledges what the board holds; its unit need not be named.",
            _visit(_part(""), answered),
            _visited(_sent("north", "MESSAGE", 1, body=b"{}"), "north", receipt=True),
        ),
        (
            "answer-ack",
            "What it acknowledges is not what the unit has collected.",
            _visit(_part("north"), _says("north", Reply(1, b"one"), Reply(2, b"two", 1), collected=7)),
            _visited(_sent("north", "MESSAGE", 2, body=b"{}"), "north", receipt=True),
        ),
        (
            "ack",
            "A return acknowledges where it read something new, not where only a mark is.",
            _visit(None, answered, marked),
            _visited(_sent("north", "ACK", 1)),
        ),
        (
            "ack-new",
            "Whichever unit the draw would give, one with a mark alone is not in it.",
            _visit(None, _says("north", collected=1), hello),
            _visited(_sent("intake", "ACK", 1)),
        ),
        (
            "ack-mark",
            "With a mark alone, an ack of nothing goes there.",
            _visit(None, None, marked),
            _visited(_sent("intake", "ACK")),
        ),
        (
            "ack-waits",
            "Where more waits, an ack of nothing asks for it, before what was acknowledged once already.",
            _visit(None, _says("north", Reply(3, b"three", first=4)), _says("intake", collected=1, waits=True)),
            _visited(_sent("intake", "ACK")),
        ),
        (
            "ack-again",
            "What was acknowledged once already, before a mark alone.",
            _visit(None, _says("north", Reply(3, b"three", first=4)), marked),
            _visited(_sent("north", "ACK", 3)),
        ),
        ("decoy", "A return that finds nothing posts a decoy.", _visit(), _visited(drawn)),
        (
            "paused",
            "A unit that cannot receive: a decoy goes, and the page says why.",
            _visit(_part("north"), units=paused),
            _visited(decoy, refused="unit-cannot-receive"),
        ),
        (
            "ack-paused",
            "An ack to a unit that cannot receive becomes a decoy.",
            _visit(None, answered, units=paused),
            _visited(decoy),
        ),
        (
            "conflict",
            "A report about a force that this unit must not get.",
            _visit(_part("north", force="gwent"), units=conflicted),
            _visited(drawn, refused="unit-conflicted"),
        ),
        (
            "no-conflict",
            "About another force it may.",
            _visit(_part("north", force="cumbria"), units=conflicted),
            _visited(message, "north", receipt=True),
        ),
        (
            "routed",
            "A report to the unit that was shown for its force.",
            _visit(_part("north", force="cumbria", shown=_told("Unit north")), units=serving),
            _visited(message, "north", receipt=True),
        ),
        (
            "routed-past",
            "A report that is to go past the force's own unit.",
            _visit(_part("intake", force="cumbria", shown=_told("Unit intake", True)), units=serving),
            _visited(_sent("intake", "MESSAGE", body=b"{}"), "intake", receipt=True),
        ),
        (
            "routed-elsewhere",
            "The directory sends this force's reports to another unit than the one that was shown.",
            _visit(_part("intake", force="cumbria", shown=_told("Unit intake")), units=serving),
            _visited(drawn, refused="routing-changed"),
        ),
        (
            "routed-not-past",
            "The unit that was shown is the force's own, and the report was to go past it.",
            _visit(_part("north", force="cumbria", shown=_told("Unit north", True)), units=serving),
            _visited(drawn, refused="routing-changed"),
        ),
        (
            "routed-name",
            "The unit was shown under a name that is not its own.",
            _visit(_part("north", force="cumbria", shown=_told("Unit intake")), units=serving),
            _visited(drawn, refused="routing-changed"),
        ),
        (
            "altered",
            "A unit whose board is altered gets nothing.",
            _altered(),
            _visited(decoy, refused="unit-cannot-receive"),
        ),
        (
            "unknown-unit",
            "A unit that is not in the directory.",
            _visit(_part("east")),
            _visited(drawn, refused="unknown-unit"),
        ),
        ("unnamed-none", "No unit named, and none found.", _visit(_part("")), _visited(drawn, refused="unknown-unit")),
        (
            "unnamed-two",
            "No unit named, and two found.",
            _visit(_part(""), answered, marked),
            _visited(drawn, refused="unknown-unit"),
        ),
        (
            "clock-confirmed",
            "Under the clock warning, once confirmed.",
            _visit(_part("north"), now=NOW + 9, confirm=True),
            _visited(_sent("north", "MESSAGE", epoch=EPOCH + 1, body=b"{}"), "north", asked=confirmed, receipt=True),
        ),
    ]
    found: list[Scenario] = [(f"visit-{name}", claim, "visit-once", values, made) for name, claim, values, made in rows]
    none = _visit(_part("north"), units=[replace(unit, paused=True) for unit in UNITS])
    return [
        *found,
        refuse(
            "visit-clock-unconfirmed",
            "Nothing is sent.",
            "visit-once",
            _visit(_part("north"), now=NOW + 9),
            "clock-unconfirmed",
        ),
        (
            "visit-no-unit",
            "No unit at all can be sealed to: nothing is posted, and what was learnt is told.",
            "visit-once",
            none,
            _visited({}, refused="no-unit-receives", asked=BURST[:3]),
        ),
        (
            "visit-all-altered",
            "No unit's board is proved: nobody is asked about the date, since nothing can be sent whatever it is. Who "
            "writes is told why, with what was learnt.",
            "visit-once",
            {**_visit(_part("north")), **shown(UNITS, {})},
            _visited({}, refused="no-unit-receives", asked=BURST[:3]),
        ),
        (
            "visit-all-altered-read",
            "The same to read: what was learnt is told.",
            "visit-once",
            {**_visit(), **shown(UNITS, {})},
            {},
        ),
        refuse("visit-older", "Fetched once more, and still older.", "visit-once", _older(), "head-older"),
        refuse("visit-rows", "Rows of another board, twice.", "visit-once", _other_rows(), "rows-mismatch"),
    ]


def _older() -> Values:
    """Both units have seen directory 2, and the server goes on serving 1."""
    seen = sign_head(Head(SERVICE, 1, 2, START, START + 100, bytes(32)))
    return {**_visit(), **shown(UNITS, {slug: make_batch(slug, NOW, head=seen) for slug in NAMES})}


def _other_rows() -> Values:
    values = _visit()
    return {**values, "rows": flip(bytes.fromhex(values["rows"]), 2).hex()}


def _altered() -> Values:
    """A report to north, a row of whose newest batch is turned."""
    made = {slug: make_batch(slug, NOW) for slug in NAMES}
    north = replace(made["north"], rows=flip(made["north"].rows, 0))
    return {**_visit(_part("north")), **shown(UNITS, {**made, "north": north})}


def visit_scenarios() -> list[Scenario]:
    """All of this file."""
    return [*_visits(), *_with_files(), *_with_contact()]
