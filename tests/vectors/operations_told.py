# SPDX-License-Identifier: AGPL-3.0-or-later
"""Operations on the forms in which a unit tells its source more than a text (docs/protocol.md, 6.4.1 to 6.4.5)."""

from dropbox.protocol import outcome, questions, referral
from dropbox.protocol.constants import CLOSED_KINDS
from tests.vectors.operations import Values, operation


@operation
def outcome_write(kinds: list[str], say: str) -> Values:
    return {"form": outcome.encode_outcome(outcome.Outcome(tuple(kinds), say)).hex()}


@operation
def outcome_parse(data: str) -> Values:
    found = outcome.parse_outcome(bytes.fromhex(data))
    return {"kinds": list(found.kinds), "say": found.say}


@operation
def closed_write(kinds: list[str], say: str) -> Values:
    return {"form": outcome.encode_outcome(outcome.Outcome(tuple(kinds), say), CLOSED_KINDS).hex()}


@operation
def closed_parse(data: str) -> Values:
    found = outcome.parse_outcome(bytes.fromhex(data), CLOSED_KINDS)
    return {"kinds": list(found.kinds), "say": found.say}


@operation
def offer_write(unit: str, reference: str) -> Values:
    return {"form": referral.encode_offer(referral.Offer(unit, reference)).hex()}


@operation
def offer_parse(data: str) -> Values:
    found = referral.parse_offer(bytes.fromhex(data))
    return {"unit": found.slug, "reference": found.reference}


def shown_questions(found: questions.Questions) -> list[Values]:
    return [{**vars(one), "options": [vars(each) for each in one.options]} for one in found]


@operation
def questions_write(asked: list[Values]) -> Values:
    found = tuple(
        questions.Question(
            one["id"], one["ask"], one["kind"], tuple(questions.Option(**each) for each in one["options"])
        )
        for one in asked
    )
    return {"form": questions.encode_questions(found).hex()}


@operation
def questions_parse(data: str) -> Values:
    return {"questions": shown_questions(questions.parse_questions(bytes.fromhex(data)))}
