# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever can be written is read back the same: structs drawn from all values that their fields allow."""

from hypothesis import given, settings, strategies as st

from dropbox.protocol import constants
from dropbox.protocol.anchors import (
    Anchor,
    Head,
    RootSignature,
    SignedAnchor,
    SignedHead,
    parse_anchor,
    parse_head,
    parse_signed_anchor,
)
from dropbox.protocol.board import EntryPlain, mask_index, parse_entry_plain, unmask_index
from dropbox.protocol.certificates import EpochCert, parse_cert
from dropbox.protocol.constants import MAX_PERIOD_BLOBS, EntryType, EnvelopeType, UnitKind
from dropbox.protocol.directory import Directory, Mirror, UntrustedDirectory, parse_directory, parse_signed_directory
from dropbox.protocol.envelope_format import EnvelopePlain, parse_envelope_plain, split_body
from dropbox.protocol.policy import Policy
from dropbox.protocol.units import BoardPlace, Unit, UnitKey
from dropbox.protocol.wire import IntakeState, Receipt, parse_intake_state, parse_receipt
from tests.vectors.small_service import make_unit

U32 = st.integers(0, 0xFFFF_FFFF)
SOME = st.integers(1, 0xFFFF_FFFF)


def fixed(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


ID, HASH, SIGNATURE = fixed(16), fixed(32), fixed(64)
SLUG = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,6}){0,2}", fullmatch=True)
SLUGS = st.lists(SLUG, max_size=4, unique=True).map(tuple)
NAME = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=30)
WORDS = st.lists(st.tuples(st.sampled_from(["en", "cy", "pol"]), NAME), max_size=3, unique_by=lambda one: one[0]).map(
    tuple
)
PLACES = st.lists(st.integers(0, 15), unique=True, max_size=16).map(sorted)
SIGNATURES = PLACES.flatmap(
    lambda places: st.tuples(*(st.builds(RootSignature, st.just(at), SIGNATURE) for at in places))
)


@st.composite
def anchors(draw: st.DrawFn) -> Anchor:
    roots = tuple(draw(st.lists(HASH, min_size=1, max_size=16, unique=True)))
    return Anchor(draw(ID), draw(st.integers(1, 1_000)), draw(st.integers(1, len(roots))), roots)


@st.composite
def heads(draw: st.DrawFn) -> Head:
    issued, expires = sorted((draw(U32), draw(U32)))
    return Head(draw(ID), draw(SOME), draw(SOME), issued, expires, draw(HASH))


SIGNED_HEADS = st.builds(SignedHead, heads(), SIGNATURES)
SIGNED_ANCHORS = anchors().flatmap(
    lambda one: st.builds(SignedAnchor, st.just(one), SIGNATURES if one.version > 1 else st.just(()), SIGNATURES)
)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    period, spans = draw(st.integers(4, 604_800)), st.integers(1, 5_000)
    return Policy(
        period,
        draw(st.integers(1, period)),
        draw(spans),
        draw(st.integers(0, 5_000)),
        draw(spans),
        *(draw(SOME) for _ in range(5)),
        draw(st.integers(1, 100_000)),
        draw(st.integers(0, MAX_PERIOD_BLOBS)),
        *(draw(U32) for _ in range(2)),
        mirrors_asked=draw(st.integers(0, 2)),
        first_reader=draw(st.integers(0, 1)),
    )


@st.composite
def units(draw: st.DrawFn, unit_id: bytes, slug: str) -> Unit:
    starts = sorted(draw(st.lists(U32, min_size=1, max_size=4, unique=True)))
    first, last = sorted((draw(U32), draw(U32)))
    return Unit(
        unit_id=unit_id,
        slug=slug,
        name=draw(NAME),
        kind=draw(st.sampled_from(UnitKind)),
        forces=draw(SLUGS),
        keys=tuple(UnitKey(draw(HASH), start) for start in starts),
        contact_pk=draw(st.sampled_from([b"", bytes(1_216)])),
        first_period=first,
        not_after=last,
        rows=1 << draw(st.integers(3, 16)),
        marks=1 << draw(st.integers(3, 17)),
        successor=draw(ID),
        conflicts=draw(SLUGS),
        paused=draw(st.booleans()),
        takes_no_files=draw(st.booleans()),
        promised_days=draw(st.integers(0, 366)),
        first_words=draw(WORDS),
    )


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    ids = draw(st.lists(ID, max_size=5, unique=True))
    slugs = draw(st.lists(SLUG, min_size=5, max_size=5, unique=True))
    made = [draw(units(unit_id, slug)) for unit_id, slug in zip(ids, slugs, strict=False)]
    cut, end = sorted((draw(st.integers(0, len(made))), draw(st.integers(0, len(made)))))
    retired = tuple(BoardPlace(unit, draw(U32), draw(HASH)) for unit in made[cut:end])
    revoked = tuple(unit.unit_id for unit in made[end:])
    mirrors = draw(st.lists(st.builds(Mirror, ID, HASH), min_size=2, max_size=8, unique_by=lambda one: one.mirror_id))
    return Directory(draw(ID), draw(policies()), tuple(made[:cut]), retired, revoked, tuple(mirrors))


@given(one=anchors())
def test_anchor(one: Anchor) -> None:
    """Every anchor."""
    assert parse_anchor(one.encode()) == one


@settings(max_examples=30)
@given(one=SIGNED_ANCHORS)
def test_signed_anchor(one: SignedAnchor) -> None:
    """Every signed anchor."""
    assert parse_signed_anchor(one.encode()) == one


@given(one=heads())
def test_head(one: Head) -> None:
    """Every head."""
    assert parse_head(one.encode()) == one


@settings(max_examples=60)
@given(one=directories())
def test_directory(one: Directory) -> None:
    """Every directory."""
    assert parse_directory(one.encode()) == one


@settings(max_examples=30)
@given(served=st.lists(SIGNED_ANCHORS, min_size=1, max_size=3), signed=SIGNED_HEADS, body=st.binary(max_size=99))
def test_signed_directory(served: list[SignedAnchor], signed: SignedHead, body: bytes) -> None:
    """Every answer that carries a directory, whatever the directory's bytes are."""
    one = UntrustedDirectory(tuple(served), signed, body)
    assert parse_signed_directory(one.encode()) == one


@given(service=ID, unit=ID, epoch=U32, ends=st.tuples(U32, U32).map(sorted), public=fixed(38))
def test_certificate(service: bytes, unit: bytes, epoch: int, ends: list[int], public: bytes) -> None:
    """Every epoch certificate."""
    one = EpochCert(service, unit, epoch, ends[0], ends[1], public * 32)
    assert parse_cert(one.encode()) == one
    assert one.holds(ends[0])
    assert one.holds(ends[1])
    assert not one.holds(ends[0] - 1)
    assert not one.holds(ends[1] + 1)


@given(keys=st.tuples(HASH, HASH, HASH, ID), parts=st.integers(1, 16), data=st.data(), ack=U32)
def test_envelope(keys: tuple[bytes, bytes, bytes, bytes], parts: int, data: st.DataObject, ack: int) -> None:
    """Every part of a message, every acknowledgement and every decoy."""
    part, body = data.draw(st.integers(1, parts)), data.draw(st.binary(max_size=300))
    filled = body * (constants.BODY_PART // 300)
    quiet = data.draw(st.sampled_from([EnvelopeType.ACK, EnvelopeType.DECOY]))
    for one in (
        EnvelopePlain(EnvelopeType.MESSAGE, *keys, part, parts, ack, filled),
        EnvelopePlain(quiet, *keys, 1, 1, ack, b""),
    ):
        assert parse_envelope_plain(one.encode_unsigned() + bytes(64)) == (one, bytes(64))


@given(number=SOME, first=SOME, parts=st.integers(1, 8), data=st.data())
def test_entry(number: int, first: int, parts: int, data: st.DataObject) -> None:
    """Every part of a text."""
    part, text = data.draw(st.integers(1, parts)), data.draw(st.binary(max_size=884))
    one = EntryPlain(EntryType.TEXT, number, first, part, parts, text)
    unsigned = one.encode_unsigned()
    assert parse_entry_plain(unsigned + bytes(64)) == (one, unsigned, bytes(64))


@given(beacon=HASH, pseudonym=HASH, period=U32, slot=st.integers(0, 7), message=ID, step=st.integers(0, 0xFFFF))
def test_index(beacon: bytes, pseudonym: bytes, period: int, slot: int, message: bytes, step: int) -> None:
    """Every masked index, which never shows what it masks."""
    masked = mask_index(beacon, pseudonym, period, slot, message, step)
    assert unmask_index(beacon, pseudonym, period, slot, masked) == (message, step)
    assert masked[:16] != message
    assert unmask_index(beacon, pseudonym, period, slot + 1, masked) != (message, step)


@given(number=HASH, period=U32)
def test_receipt(number: bytes, period: int) -> None:
    """Every receipt, in its 256 bytes."""
    one = Receipt(number, period)
    assert parse_receipt(one.answer()) == one
    assert len(one.answer()) == 256
    assert one.encode() == number + period.to_bytes(4, "big")


@given(ends=st.tuples(U32, U32).map(sorted))
def test_intake_state(ends: list[int]) -> None:
    """Every state of the intake."""
    one = IntakeState(ends[1], ends[0])
    assert parse_intake_state(one.answer()) == one


@settings(max_examples=40)
@given(length=st.integers(0, constants.MAX_BODY))
def test_parts_of_a_body(length: int) -> None:
    """Joined again they are the body; all but the last are full; none is empty but that of an empty body."""
    body = bytes(length)
    parts = split_body(body)
    assert b"".join(parts) == body
    assert {len(part) for part in parts[:-1]} <= {constants.BODY_PART}
    assert len(parts[-1]) > 0 or length == 0


def test_a_place_is_over_after_its_last_batch() -> None:
    """A present unit's never, an ended one's from the period after its last batch, one's that had none at once."""
    unit = make_unit("north")
    assert not BoardPlace(unit).over(constants.MAX_PERIOD)
    assert [BoardPlace(unit, 7, bytes(32)).over(period) for period in (6, 7, 8)] == [False, False, True]
    assert BoardPlace(unit, 0, bytes(32)).over(1)
