# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each case asks its members to decide. Each decision is added and none is changed; the newest of a kind holds."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, insert, select

from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.primitives import hpke_seal
from journalist_ui.refusals import BadInput
from journalist_ui.vault import audit, tables
from journalist_ui.vault.counters import CHIS, REFERRAL, count_cases
from journalist_ui.vault.sealing import decision_info

from .cases import OpenedCase
from .conversation import newest_place, read_up_to

KINDS = (REFERRAL, CHIS)
ANSWERS = ("yes", "no")
LONGEST_WHY = 14_000
"""Letters of a reason."""


@dataclass(frozen=True)
class Decision:
    """On a ``day`` of unix time. ``by`` is "" where it does not open."""

    what: str
    answer: str
    day: int
    by: str
    reason: str = field(repr=False)


@dataclass(frozen=True)
class SealedDecision:
    """A row as it stands in the vault."""

    what: str
    answer: str
    day: int
    place: int
    sealed: bytes


def decide(connection: Connection, case: OpenedCase, what: str, answer: str, reason: str, day: int) -> None:
    """It holds for all that stands in the case now, up to what the member was not shown. Raises BadInput."""
    if what not in KINDS or answer not in ANSWERS:
        raise BadInput("What is decided is referral or chis, and the answer is yes or no.")
    if not reason.strip() or len(reason) > LONGEST_WHY:
        raise BadInput(f"Say why, in up to {LONGEST_WHY:,} letters.")
    place = _known(connection, case)
    words = json.dumps({"by": case.reader, "reason": reason.strip()}).encode()
    sealed = hpke_seal(case.key.public, words, decision_info(case.number, day, place, f"{what} {answer}"))
    values = {"number": case.number, "day": day, "place": place, "what": what, "answer": answer, "sealed": sealed}
    connection.execute(insert(tables.decisions).values(values))
    count_cases(connection, [case.number])
    audit.record(connection, day, case.reader, f"decided {what}", answer, case=case.number)


def _known(connection: Connection, case: OpenedCase) -> int:
    """The place before the first message of the source that its reader was not shown, else the newest of all."""
    rows = tables.messages.c
    seen = read_up_to(connection, case.number, case.reader)
    unseen = select(func.min(rows.place)).where(rows.number == case.number, tables.IS_WHOLE, rows.place > seen)
    first = connection.execute(unseen).scalar()
    return newest_place(connection, case.number) if first is None else int(first) - 1


def undecided(connection: Connection, numbers: Sequence[int]) -> list[int]:
    """Those of the cases in which nobody has decided whether they are referred, in their order."""
    cases = tables.cases.c
    done = select(cases.number).where(cases.number.in_(numbers), cases.referral_decided)
    known = set(connection.execute(done).scalars())
    return [one for one in numbers if one not in known]


def read_decisions(connection: Connection, number: int) -> list[SealedDecision]:
    """Of a case, oldest first."""
    rows = tables.decisions.c
    columns = select(rows.what, rows.answer, rows.day, rows.place, rows.sealed).where(rows.number == number)
    return [SealedDecision(*row) for row in connection.execute(columns.order_by(rows.id))]


def open_decisions(case: OpenedCase, sealed: Sequence[SealedDecision]) -> list[Decision]:
    """One that does not open says so in its place: it was altered, or sealed to a key of before."""
    return [_open(case, one) for one in sealed]


def _open(case: OpenedCase, one: SealedDecision) -> Decision:
    info = decision_info(case.number, one.day, one.place, f"{one.what} {one.answer}")
    try:
        words = json.loads(case.key.open(one.sealed, info))
        by, reason = str(words["by"]), str(words["reason"])
    except (NotForThisKey, ValueError, KeyError, TypeError):
        by, reason = "", ""
    return Decision(one.what, one.answer, one.day, by, reason)
