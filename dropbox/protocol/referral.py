# SPDX-License-Identifier: AGPL-3.0-or-later
"""A unit passes a matter to another unit, and its source may follow (docs/protocol.md, steps 5.13 and 6.4.5)."""

import re
from dataclasses import dataclass, field, replace

from . import labels
from .body import Report, encode_body, parse_body
from .canonical import as_text, read_json, write_json
from .constants import ACCEPTS, MAX_TEXT, REFERENCE, REFERRAL, SIGNATURE, UNIT_ID
from .encoding import Reader
from .errors import BadBody, BadText
from .primitives import ed25519_sign, ed25519_verify, sha256
from .units import check_slug

_REFERENCE = re.compile(rf"[0-9a-f]{{{2 * REFERENCE}}}")
_CLAIM = re.compile(rf"[0-9a-f]{{{2 * (UNIT_ID + REFERENCE + SIGNATURE)}}}")


@dataclass(frozen=True)
class Claim:
    """Which unit says that it refers a matter, by its unit_id; ``reference`` is 16 random bytes by which a source can
    show that it was told of it."""

    unit_id: bytes
    reference: bytes
    signature: bytes = field(repr=False)


def _signed(to: bytes, pseudonym: bytes, reference: bytes, report: Report, service_id: bytes) -> bytes:
    """``report`` is without its claim."""
    return labels.REFERRAL_SIGNATURE + b"\0" + service_id + to + pseudonym + reference + sha256(encode_body(report))


def sign_referral(
    report: Report, seed: bytes, unit_id: bytes, to: bytes, pseudonym: bytes, reference: bytes, service_id: bytes
) -> Report:
    """The report with the claim of the unit whose signing ``seed`` and ``unit_id`` these are: ``to`` is the other
    unit's unit_id, ``pseudonym`` P_pk of the conversation that brings it. Raises BadBody, BadText."""
    signature = ed25519_sign(seed, _signed(to, pseudonym, reference, report, service_id))
    return replace(report, answers={**report.answers, REFERRAL: (unit_id + reference + signature).hex()})


def claim_of(report: Report) -> Claim | None:
    """What it says of where it comes from; None where it says nothing of the kind."""
    said = report.answers.get(REFERRAL)
    if not isinstance(said, str) or not _CLAIM.fullmatch(said):
        return None
    reader = Reader(bytes.fromhex(said), "claim")
    return Claim(reader.take(UNIT_ID), reader.take(REFERENCE), reader.take(SIGNATURE))


def verify_referral(
    report: Report, claim: Claim, unit_key: bytes, to: bytes, pseudonym: bytes, service_id: bytes
) -> None:
    """Whether the unit that claims it, of which ``unit_key`` is a signing key, refers exactly this to the unit ``to``.
    Raises BadSignature."""
    bare = replace(report, answers={name: said for name, said in report.answers.items() if name != REFERRAL})
    ed25519_verify(unit_key, _signed(to, pseudonym, claim.reference, bare, service_id), claim.signature)


def names_referral(body: bytes) -> tuple[str, bytes] | None:
    """Of a message of one part the answer by which it names a referral, REFERRAL (it is one) or ACCEPTS (its source
    says that it is the one), and the reference; None for any other."""
    # A desk asks this of every message that comes.
    if f'"{REFERRAL}"'.encode() not in body and f'"{ACCEPTS}"'.encode() not in body:
        return None
    try:
        report = parse_body(body)
    except BadBody:
        return None
    if claim := claim_of(report):
        return REFERRAL, claim.reference
    said = report.answers.get(ACCEPTS)
    if isinstance(said, str) and _REFERENCE.fullmatch(said):
        return ACCEPTS, bytes.fromhex(said)
    return None


@dataclass(frozen=True)
class Offer:
    """What a source is told of a referral: the other unit's ``slug``, and the ``reference`` in 32 lower-case hex
    digits, by which it can write to that unit about it."""

    slug: str
    reference: str


def encode_offer(offer: Offer) -> bytes:
    """The one form. Raises BadBody."""
    if not _is_slug(offer.slug) or not _REFERENCE.fullmatch(offer.reference):
        raise BadBody("offer")
    return write_json({"unit": offer.slug, "reference": offer.reference})


def _is_slug(name: str) -> bool:
    try:
        return check_slug(name) == name
    except BadText:
        return False


def parse_offer(data: bytes) -> Offer:
    """Inverse of encode_offer; anything that is not exactly what it writes is refused. Raises BadBody."""
    fields = read_json(data, MAX_TEXT)
    if not isinstance(fields, dict) or tuple(fields) != ("unit", "reference"):
        raise BadBody("fields")
    found = Offer(as_text(fields["unit"]), as_text(fields["reference"]))
    if encode_offer(found) != data:
        raise BadBody("not canonical")
    return found
