# SPDX-License-Identifier: AGPL-3.0-or-later
"""A unit refers a matter to another, and its source may follow (docs/protocol.md, step 5.13)."""

from dataclasses import replace
from typing import Any

import pytest

from dropbox.protocol.body import Report, encode_body, parse_body
from dropbox.protocol.errors import BadSignature
from dropbox.protocol.primitives import ed25519_public
from dropbox.protocol.referral import claim_of, names_referral, sign_referral, verify_referral

SEED, OTHER = bytes([1]) * 32, bytes([2]) * 32
NORTH, SOUTH, SERVICE, REFERENCE, PSEUDONYM = b"n" * 16, b"s" * 16, b"v" * 16, b"r" * 16, b"p" * 32
REPORT = Report("A summary.", ("sexual-misconduct",), "north", {"at-risk": ("child",)})


def signed(report: Report = REPORT) -> Report:
    return sign_referral(report, SEED, NORTH, SOUTH, PSEUDONYM, REFERENCE, SERVICE)


def check(report: Report, **changed: Any) -> None:
    """As the unit that got it does."""
    claim = claim_of(report)
    assert claim is not None
    how = {"unit_key": ed25519_public(SEED), "to": SOUTH, "pseudonym": PSEUDONYM, "service_id": SERVICE, **changed}
    verify_referral(report, claim, **how)


def test_a_referral_is_proved() -> None:
    """After its way in the body of a message, by the key of the unit that claims it."""
    report = parse_body(encode_body(signed()))
    claim = claim_of(report)
    assert claim is not None
    assert (claim.unit_id, claim.reference) == (NORTH, REFERENCE)
    check(report)


@pytest.mark.parametrize(
    "changed",
    [
        {"unit_key": ed25519_public(OTHER)},
        {"to": NORTH},
        {"pseudonym": b"q" * 32},
        {"service_id": b"w" * 16},
    ],
)
def test_it_holds_for_one_unit_one_conversation_and_one_service(changed: dict[str, Any]) -> None:
    """Whoever gets it cannot hand it on as referred to another, nor can a source put it before its own words."""
    with pytest.raises(BadSignature):
        check(signed(), **changed)


@pytest.mark.parametrize(
    "report",
    [
        replace(signed(), text="Another summary."),
        replace(signed(), categories=()),
        replace(signed(), answers={**signed().answers, "at-risk": ("no",)}),
        replace(
            signed(), answers={**signed().answers, "referral": signed(replace(REPORT, text="x")).answers["referral"]}
        ),
    ],
)
def test_nothing_in_it_can_be_changed(report: Report) -> None:
    """Words, categories, answers, and the claim itself."""
    with pytest.raises(BadSignature):
        check(report)


def test_what_a_message_names() -> None:
    """A referral, or that its source was told of one, each by the reference; a claim comes first."""
    assert names_referral(encode_body(signed())) == ("referral", REFERENCE)
    accepts = Report("", answers={"accepts": REFERENCE.hex()})
    assert names_referral(encode_body(accepts)) == ("accepts", REFERENCE)
    both = replace(signed(), answers={**signed().answers, "accepts": "00" * 16})
    assert names_referral(encode_body(both)) == ("referral", REFERENCE)


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"referral": "00"},
        {"referral": ("a",)},
        {"referral": None},
        {"referral": signed().answers["referral"].upper()},  # type: ignore[union-attr]  # a text, as sign_referral says
        {"accepts": "0" * 31},
        {"accepts": "0" * 33},
        {"accepts": ("a",)},
    ],
)
def test_what_names_none(answers: dict[str, Any]) -> None:
    """Another form, or the word elsewhere, or no report at all."""
    assert names_referral(encode_body(Report('"referral" "accepts"', answers=answers))) is None
    assert claim_of(Report("", answers=answers)) is None
    assert names_referral(b'{"referral"') is None
    assert names_referral(b'"accepts" is no form') is None
