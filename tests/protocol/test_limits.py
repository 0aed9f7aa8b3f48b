# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sizes and bounds: what is too large for a vector, and the formulas that others allocate by."""

import re
from dataclasses import asdict, replace

import pytest
from hypothesis import given, settings, strategies as st

from dropbox.protocol import constants, errors, labels
from dropbox.protocol.board import join_text, split_text
from dropbox.protocol.body import WITHDRAWN, Answer, File, Report, encode_body, parse_body
from dropbox.protocol.directory import board_budget, parse_signed_directory, verify_directory
from dropbox.protocol.enrolment import Enrolment
from dropbox.protocol.envelope_format import split_body
from dropbox.protocol.errors import (
    BadBody,
    BadPadding,
    BadText,
    BadValue,
    NotForThisKey,
    ProtocolError,
    TooLong,
    UnknownUnit,
    leaves,
)
from dropbox.protocol.padding import pad, unpad
from dropbox.protocol.policy import PRODUCTION
from dropbox.protocol.primitives import SealingKey, ed25519_public, same, sha256
from dropbox.protocol.units import BoardPlace
from dropbox.protocol.wire import encode_answer, parse_segment, segment_header, segment_size
from tests.vectors.small_service import (
    FIRST,
    SERVICE,
    START,
    make_cert,
    make_directory,
    make_unit,
    noise,
    seed,
    sign_directory,
    unit_id,
)


def test_an_answer_larger_than_any_is_refused_before_it_is_parsed() -> None:
    """A hostile server cannot make a client work through more than a directory may have."""
    with pytest.raises(BadValue, match="directory size"):
        parse_signed_directory(bytes(constants.MAX_DIRECTORY + 1))


@pytest.mark.parametrize("count", [0, 1, 5])
def test_the_formula_of_a_segment(count: int) -> None:
    """segment_size is what a desk allows itself to download."""
    envelopes = sorted((noise(f"{count} {at}", constants.ENVELOPE) for at in range(count)), key=sha256)
    data = segment_header(SERVICE, START, True, count) + b"".join(envelopes)
    assert len(data) == segment_size(count)
    assert len(parse_segment(data).envelopes) == count


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=500)
IDS = st.from_regex(r"[a-pr-z0-9]{1,9}(-[a-z0-9]{1,9})?", fullmatch=True)
CHOSEN = st.sets(IDS, min_size=1, max_size=5).map(lambda ids: tuple(sorted(ids)))


@settings(max_examples=40)
@given(text=TEXTS)
def test_texts_are_whole_again(text: str) -> None:
    """Whatever an officer writes comes out the same, cut in parts of at most 884 bytes."""
    parts = split_text(text * 3)
    assert join_text(list(parts)) == text * 3
    assert {len(part) for part in parts[:-1]} <= {884}
    assert 0 <= len(parts[-1]) <= 884


def test_a_text_of_more_than_eight_parts_is_refused_with_the_number() -> None:
    """The officer is told how long the text is and how long it may be."""
    assert len(split_text("x" * 884 * 8)) == 8
    with pytest.raises(TooLong) as caught:
        split_text("x" * (884 * 8 + 1))
    assert (caught.value.parts, caught.value.allowed) == (9, 8)
    assert str(caught.value) == "too-long: text"
    with pytest.raises(BadText):
        split_text("\ud800")
    with pytest.raises(BadText):
        join_text([b"\xc3"])


@settings(max_examples=60)
@given(
    text=TEXTS,
    categories=st.sets(st.sampled_from(constants.CATEGORIES)),
    answers=st.dictionaries(IDS, st.none() | TEXTS.filter(bool) | CHOSEN, max_size=5),
    not_to=CHOSEN,
    names=st.lists(TEXTS.filter(lambda name: 0 < len(name.encode()) <= constants.MAX_FILE_NAME), max_size=3),
    contact=st.sampled_from((b"", WITHDRAWN, bytes(constants.CONTACT))),
)
def test_a_report_comes_out_as_it_went_in(
    text: str,
    categories: set[str],
    answers: dict[str, Answer],
    not_to: tuple[str, ...],
    names: list[str],
    contact: bytes,
) -> None:
    """parse(encode(report)) is the report, cut and joined as it travels."""
    ordered = tuple(name for name in constants.CATEGORIES if name in categories)
    files = tuple(File(name, "a/b", at + 1, bytes(32), (bytes([at]) * 32,)) for at, name in enumerate(names))
    report = Report(text, ordered, "gwent", answers, files, contact, not_to)
    assert parse_body(b"".join(split_body(encode_body(report)))) == report


def test_a_report_beyond_sixteen_parts_is_refused_on_both_sides() -> None:
    """The source is told; a desk does not parse more than sixteen parts can hold."""
    room = constants.MAX_BODY - len(encode_body(Report("")))
    assert len(encode_body(Report("x" * room))) == constants.MAX_BODY
    with pytest.raises(TooLong):
        encode_body(Report("x" * (room + 1)))
    with pytest.raises(BadBody):
        parse_body(encode_body(Report("x" * room)) + b" ")
    with pytest.raises(BadBody):
        parse_body(
            ('{"v":1,"categories":[],"force":"","answers":{},"text":"' + "\u4e2d" * 110_000 + '"}').encode("utf-16")
        )


def test_padding() -> None:
    """pad and unpad are inverse; what is not zero, or longer than its field, is refused."""
    assert unpad(pad(b"ab", 5), 2) == b"ab"
    assert unpad(pad(b"", 3), 0) == b""
    assert unpad(b"abc", 3) == b"abc"
    for field, length in ((b"ab\0\1", 2), (b"ab", 3)):
        with pytest.raises(BadPadding):
            unpad(field, length)
    with pytest.raises(TooLong) as caught:
        pad(b"abc", 2)
    assert (caught.value.parts, caught.value.allowed) == (2, 1)


def test_the_production_policy() -> None:
    """A period is a day; every span is the one that the simulations were run with."""
    assert asdict(PRODUCTION) == {
        "period": 86_400,
        "collect": 3_600,
        "stay": 14,
        "linger": 3,
        "retention": 14,
        "epoch": 7,
        "give_up": 60,
        "silent_after": 3,
        "clock_slack": 3,
        "head_life": 100,
        "intake_per_period": 100_000,
        "blobs_per_period": 8_192,
        "close_after": 14,
        "whole_limit": 0,
        "mirrors_asked": 0,
        "first_reader": 0,
    }


def test_a_small_answer_is_never_larger() -> None:
    """Every answer of the server has 256 bytes, or is not sent."""
    assert len(encode_answer("refused", say="x" * 200)) == constants.ANSWER
    with pytest.raises(TooLong):
        encode_answer("refused", say="x" * 256)


@settings(max_examples=60)
@given(sealed=st.binary(max_size=1_300), info=st.binary(max_size=40))
def test_arbitrary_bytes_open_for_nobody(sealed: bytes, info: bytes) -> None:
    """A key opens nothing that was not sealed to it, whatever its length."""
    with pytest.raises(NotForThisKey):
        SealingKey(seed("key")).open(sealed, info)


def test_a_fingerprint_covers_every_field_of_an_enrolment() -> None:
    """An officer who reads it out vouches for the unit's id, key, contact key and name."""
    plain = Enrolment(SERVICE, unit_id("north"), ed25519_public(seed("k")), b"", "North")
    others = [
        Enrolment(bytes(16), plain.unit_id, plain.signing_public, b"", "North"),
        Enrolment(SERVICE, bytes(16), plain.signing_public, b"", "North"),
        Enrolment(SERVICE, plain.unit_id, bytes(32), b"", "North"),
        Enrolment(SERVICE, plain.unit_id, plain.signing_public, make_cert("north", 1).public, "North"),
        Enrolment(SERVICE, plain.unit_id, plain.signing_public, b"", "South"),
    ]
    assert len({one.fingerprint for one in (plain, *others)}) == 6


def test_what_a_verified_directory_knows() -> None:
    """Its service, its policy and its units by slug; another slug is unknown."""
    found = verify_directory(FIRST, sign_directory(make_directory([make_unit("north")])))
    assert (found.service_id, found.policy.stay) == (SERVICE, 3)
    assert found.directory.unit("north").unit_id == unit_id("north")
    with pytest.raises(UnknownUnit):
        found.directory.unit("south")


def test_every_error_tells_a_person_what_to_do() -> None:
    """Each leaf has a code of its own and a sentence; the tree in the docstring is the tree."""
    found = leaves()
    assert len({leaf.code for leaf in found}) == len(found)
    drawn = re.findall(r"[├└]── (\w+)", errors.__doc__ or "")
    assert [name for name in drawn if not getattr(errors, name).__subclasses__()] == [leaf.__name__ for leaf in found]
    for leaf in found:
        assert leaf.code == "-".join(_words(leaf.__name__))
        assert leaf.say.endswith(".")
    assert str(UnknownUnit()) == "unknown-unit"
    assert isinstance(UnknownUnit("slug"), ProtocolError)


def _words(name: str) -> list[str]:
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return spaced.split()


# Labels that stand at the front of inputs under the same key, or of messages for the same kind of signature.
TOGETHER = (
    ("ENTRY_TAG", "ENTRY_INDEX", "COLLECTED_MARK"),
    ("CHAIN_NEXT", "CHAIN_ENTRY", "CHAIN_TEXT"),
    ("PSEUDONYM", "BEACON", "REFRESH", "CONVERSATION", "REPLY_CHAIN"),
    (
        "ANCHOR_SIGNATURE",
        "HEAD_SIGNATURE",
        "PAGES_SIGNATURE",
        "TRANSCRIPT_SIGNATURE",
        "MANIFEST_SIGNATURE",
        "ENROLMENT_SIGNATURE",
        "SEGMENT_REQUEST_SIGNATURE",
        "BLOBS_REQUEST_SIGNATURE",
        "REFERRAL_SIGNATURE",
        "SOURCE_MESSAGE_SIGNATURE",
        "UNIT_MESSAGE_SIGNATURE",
    ),
    ("CODENAME_CHECK", "STRETCH_SALT", "BOARD_HEADS", "BOARD_ID"),
    ("ENVELOPE_INFO", "CONTACT_INFO", "ENTRY_AAD", "BLOB_AAD", "ROOT_KEY_FILE", "REHEARSAL_KEY_FILE"),
)


@pytest.mark.parametrize("names", TOGETHER, ids=lambda names: names[0])
def test_no_label_begins_another_of_its_use(names: tuple[str, ...]) -> None:
    """Two uses of a key can never be given the same input."""
    values = [labels.ALL[name] for name in names]
    assert [(one, two) for one in values for two in values if one is not two and two.startswith(one)] == []


def test_every_label_is_in_one_use() -> None:
    """A new label must be put beside those that it must not begin."""
    assert sorted(name for names in TOGETHER for name in names) == sorted(labels.ALL)
    assert len(set(labels.ALL.values())) == len(labels.ALL)


@given(left=st.binary(max_size=40), right=st.binary(max_size=40))
def test_same_is_equality(left: bytes, right: bytes) -> None:
    """Constant time does not change the answer."""
    assert same(left, right) == (left == right)
    assert same(left, bytes(left))


@pytest.mark.parametrize(("period", "most"), [(86_399, 24_000), (86_400, 7_500)])
def test_what_all_units_may_have_together(period: int, most: int) -> None:
    """Rows by the length of a period, marks always; of present and of retired units."""
    units = (make_unit("intake"), make_unit("north"))
    directory = replace(make_directory(units[:1]), policy=replace(PRODUCTION, period=period))
    directory = replace(directory, retired=(BoardPlace(units[1], 5, bytes(32)),))
    rows, marks = (sum(getattr(one, name) for one in units) for name in ("rows", "marks"))
    assert board_budget(directory) == (("rows", rows, most), ("marks", marks, 131_072))
