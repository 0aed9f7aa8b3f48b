# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every parser of the protocol with its writer and a good sample, for the property tests."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dropbox.protocol.anchors import RootSignature, parse_anchor, parse_head, parse_signed_anchor
from dropbox.protocol.batches import (
    Batch,
    Upload,
    encode_board,
    encode_rows,
    parse_board,
    parse_rows,
    parse_upload,
    read_batch,
)
from dropbox.protocol.board import EntryPlain, parse_entry_plain
from dropbox.protocol.body import Report, encode_body, parse_body
from dropbox.protocol.certificates import parse_cert
from dropbox.protocol.constants import ENVELOPE, EntryType, EnvelopeType
from dropbox.protocol.directory import parse_directory, parse_signed_directory
from dropbox.protocol.encoding import Reader
from dropbox.protocol.enrolment import Enrolment, verify_enrolment
from dropbox.protocol.envelope_format import EnvelopePlain, parse_envelope_plain
from dropbox.protocol.index import make_index, parse_index
from dropbox.protocol.manifests import parse_manifest
from dropbox.protocol.outcome import Outcome, encode_outcome, parse_outcome
from dropbox.protocol.pages import Pages, SignedPages, parse_signed_pages
from dropbox.protocol.primitives import ed25519_public, ed25519_sign, sha256
from dropbox.protocol.questions import Option, Question, encode_questions, parse_questions
from dropbox.protocol.sets import make_set, parse_set
from dropbox.protocol.units import BoardPlace, UnitKey
from dropbox.protocol.wire import (
    IntakeState,
    Receipt,
    Segment,
    parse_intake_state,
    parse_receipt,
    parse_segment,
    segment_header,
)
from tests.vectors.scenario_sets import drawn, lanes_of, marks_of
from tests.vectors.small_service import (
    FIRST,
    SERVICE,
    SIGNED,
    START,
    make_batch,
    make_cert,
    make_directory,
    make_unit,
    noise,
    part_with,
    seed,
    sign_directory,
    unit_id,
)

SIGNER = seed("north signs")


@dataclass(frozen=True)
class Form:
    """``write(read(sample)) == sample``; reading raises nothing but ProtocolError."""

    name: str
    read: Callable[[bytes], Any]
    write: Callable[[Any], bytes]
    sample: bytes


def read_whole_batch(data: bytes) -> Batch:
    reader = Reader(data, "batch")
    batch = read_batch(reader)
    reader.end()
    return batch


def write_segment(segment: Segment) -> bytes:
    header = segment_header(segment.service_id, segment.period, segment.closed, len(segment.envelopes))
    return header + b"".join(segment.envelopes)


def read_enrolment(data: bytes) -> tuple[Enrolment, bytes]:
    return verify_enrolment(data), data[-64:]


def _full_directory() -> bytes:
    unit = make_unit(
        "north",
        name="North \u00e9",
        forces=("cumbria", "gwent"),
        conflicts=("kent",),
        keys=(UnitKey(ed25519_public(SIGNER), 1), UnitKey(bytes(32), 2)),
        paused=True,
    )
    retired = BoardPlace(make_unit("old", contact_pk=make_cert("old", 1).public), START, sha256(b"last"))
    return make_directory([unit, make_unit("intake")], [retired], revoked=(unit_id("gone"),)).encode()


def _envelope_plain() -> bytes:
    plain = EnvelopePlain(EnvelopeType.MESSAGE, ed25519_public(SIGNER), seed("b"), seed("r"), bytes(16), 2, 3, 4, b"{}")
    return plain.encode_unsigned() + ed25519_sign(SIGNER, plain.signed_bytes(b"info"))


def _entry_plain() -> bytes:
    return EntryPlain(EntryType.TEXT, 5, 4, 2, 3, b"text").encode_unsigned() + noise("signature", 64)


def _enrolment() -> bytes:
    return Enrolment(SERVICE, unit_id("north"), ed25519_public(SIGNER), b"", "North").sign(SIGNER)


def _segment() -> bytes:
    envelopes = tuple(sorted((noise("one", ENVELOPE), noise("two", ENVELOPE)), key=sha256))
    return write_segment(Segment(SERVICE, START, True, envelopes))


def _index() -> bytes:
    return make_index(lanes_of("sample", 16), marks_of("sample", 8)).encode()


_BODY = encode_body(Report("What \u00e9 \n", ("discrimination",), "gwent", {"when": "now"}))
_BATCH = make_batch("north", START)
_MADE = make_batch("north", START + 1, before=(START, _BATCH.batch))
_PARTS = (part_with("north", _MADE), part_with("intake", None))
_BOARD_ID = seed("board")


def _signed_pages() -> bytes:
    documents = (("/", sha256(b"document")), ("/exit", sha256(b"way out")))
    return SignedPages(Pages(SERVICE, 1, 7, 1_700_000_000, documents), (RootSignature(1, bytes(64)),)).encode()


FORMS = (
    Form("anchor", parse_anchor, lambda one: one.encode(), FIRST.encode()),
    Form("signed-anchor", parse_signed_anchor, lambda one: one.encode(), SIGNED[1].encode()),
    Form("head", parse_head, lambda one: one.encode(), sign_directory(make_directory([])).head.head.encode()),
    Form("directory", parse_directory, lambda one: one.encode(), _full_directory()),
    Form(
        "signed-directory",
        parse_signed_directory,
        lambda one: one.encode(),
        sign_directory(make_directory([make_unit("north")]), SIGNED).encode(),
    ),
    Form("signed-pages", parse_signed_pages, lambda one: one.encode(), _signed_pages()),
    Form("certificate", parse_cert, lambda one: one.encode(), make_cert("north", 5).encode()),
    Form("enrolment", read_enrolment, lambda one: one[0].encode() + one[1], _enrolment()),
    Form("manifest", parse_manifest, lambda one: one.encode(), _MADE.batch.manifest),
    Form("batch", read_whole_batch, lambda one: one.encode(), _MADE.batch.encode()),
    Form("upload", parse_upload, lambda one: one.encode(), Upload(_MADE.batch, _MADE.rows).encode()),
    Form("board", parse_board, encode_board, encode_board(_PARTS)),
    Form("envelope", parse_envelope_plain, lambda one: one[0].encode_unsigned() + one[1], _envelope_plain()),
    Form("entry", parse_entry_plain, lambda one: one[0].encode_unsigned() + one[2], _entry_plain()),
    Form("segment", parse_segment, write_segment, _segment()),
    Form("body", parse_body, encode_body, _BODY),
    Form(
        "outcome",
        parse_outcome,
        encode_outcome,
        encode_outcome(Outcome(("investigation", "recorded"), "What \u00e9 \n")),
    ),
    Form(
        "questions",
        parse_questions,
        encode_questions,
        encode_questions(
            (
                Question("when", "When? \u00e9", "text"),
                Question("where", "Where?", "choice", (Option("home", "At home"), Option("work", "At work"))),
            )
        ),
    ),
    Form("receipt", parse_receipt, lambda one: one.answer(), Receipt(sha256(b"x"), START).answer()),
    Form("set", lambda data: parse_set(data, 64), lambda one: one.encode(), make_set(drawn("sample", 64)).encode()),
    Form("set-of-one", lambda data: parse_set(data, 1), lambda one: one.encode(), make_set([7]).encode()),
    Form("index", lambda data: parse_index(data, 16, 8), lambda one: one.encode(), _index()),
    Form(
        "rows",
        lambda data: parse_rows(data, _BOARD_ID, _PARTS),
        lambda one: encode_rows(_BOARD_ID, one),
        encode_rows(_BOARD_ID, [_MADE.rows]),
    ),
    Form("intake-state", parse_intake_state, lambda one: one.answer(), IntakeState(START, 7).answer()),
)
