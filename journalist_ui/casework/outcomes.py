# SPDX-License-Identifier: AGPL-3.0-or-later
"""What becomes of a case. Each setting is added and none is changed; the newest holds, and reasons are sealed to it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, insert, select, update

from dropbox.protocol.constants import OUTCOME_KINDS as KINDS
from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.outcome import Outcome as OutcomeForm, encode_outcome, named_together
from dropbox.protocol.primitives import hpke_seal
from journalist_ui.refusals import BadInput
from journalist_ui.vault import audit, tables
from journalist_ui.vault.sealing import outcome_info

from .cases import OUTCOME, OpenedCase

LONGEST_WHY = 14_000
"""Letters of a reason."""
WHICH = (
    "An outcome is investigation, safeguarding or recorded, of which several may hold together, or not-for-us, which "
    "stands alone."
)

NONE_YET = "This case has no outcome, so nothing can be released. Set it first: `dropbox-desk outcome CASE --kind …`."
NOT_READABLE = "The outcome that holds does not open, so it was not released. Set it anew."


@dataclass(frozen=True)
class Outcome:
    """One setting, on a ``day`` of unix time, of these ``kinds``, none where it was taken back. ``by`` is "" where it
    does not open; ``say`` what the source is to be told with them; ``released`` the day on which that was sent, 0 for
    not."""

    day: int
    kinds: tuple[str, ...]
    by: str
    reason: str = field(repr=False)
    say: str = field(repr=False)
    released: int = 0


@dataclass(frozen=True)
class SealedOutcome:
    """A row as it stands in the vault."""

    id: int
    day: int
    kinds: str
    sealed: bytes
    released: int


def check_outcome(kinds: Sequence[str], reason: str) -> tuple[str, ...]:
    """The kinds, each once and in their order. Raises BadInput."""
    named = tuple(one for one in KINDS if one in kinds)
    if not named_together(named) or not set(kinds) <= set(KINDS):
        raise BadInput(WHICH)
    if len(reason) > LONGEST_WHY:
        raise BadInput(f"A reason has at most {LONGEST_WHY:,} letters.")
    return named


def set_outcome(
    connection: Connection, case: OpenedCase, kinds: Sequence[str], reason: str, say: str, day: int
) -> tuple[str, ...]:
    """What the case's outcomes are from now on. Raises BadInput."""
    named = check_outcome(kinds, reason)
    _add(connection, case, named, {"reason": reason, "say": say}, day)
    this = update(tables.cases).where(tables.cases.c.number == case.number)
    connection.execute(this.values(state=OUTCOME, outcomes=" ".join(named), told=False))
    audit.record(connection, day, case.reader, "outcome", ", ".join(named), case=case.number)
    return named


def take_back(connection: Connection, case: OpenedCase, day: int) -> None:
    """The case has none any more; what was set stays in its history. Nothing where it has none."""
    if case.row.state != OUTCOME:
        return
    _add(connection, case, (), {"reason": "", "say": ""}, day)
    this = update(tables.cases).where(tables.cases.c.number == case.number)
    connection.execute(this.values(outcomes="", told=False))
    audit.record(connection, day, case.reader, "outcome taken back", case=case.number)


def _add(connection: Connection, case: OpenedCase, kinds: tuple[str, ...], words: dict[str, str], day: int) -> None:
    named = " ".join(kinds)
    plain = json.dumps({"by": case.reader, **words}).encode()
    sealed = hpke_seal(case.key.public, plain, outcome_info(case.number, day, named))
    values = {"number": case.number, "day": day, "kinds": named, "sealed": sealed}
    connection.execute(insert(tables.outcomes).values(values))


@dataclass(frozen=True)
class Present:
    """The outcome that holds: ``setting`` counts those of the case from 1, ``row`` names it in the vault; ``written``
    is what its source would get."""

    setting: int
    row: int
    outcome: Outcome
    written: bytes = field(repr=False)


def present_outcome(connection: Connection, case: OpenedCase) -> Present:
    """Raises BadInput where the case has none, or it does not open."""
    settings = read_outcomes(connection, case.number)
    found = _open(case, settings[-1]) if settings else None
    if found is None or not found.kinds:
        raise BadInput(NONE_YET)
    if not found.by:
        raise BadInput(NOT_READABLE)
    written = encode_outcome(OutcomeForm(found.kinds, found.say))
    return Present(len(settings), settings[-1].id, found, written)


def note_release(connection: Connection, case: OpenedCase, told: Present, text: int, day: int) -> None:
    """It goes to the source as the ``text`` of that id, stored in the same transaction."""
    connection.execute(insert(tables.releases).values(text=text, outcome=told.row, day=day))
    connection.execute(update(tables.cases).where(tables.cases.c.number == case.number).values(told=True))


def without_outcome(connection: Connection, numbers: Sequence[int]) -> list[int]:
    """Those of the cases that have none, in their order."""
    cases = tables.cases.c
    has = set(connection.execute(select(cases.number).where(cases.number.in_(numbers), cases.outcomes != "")).scalars())
    return [one for one in numbers if one not in has]


def read_outcomes(connection: Connection, number: int) -> list[SealedOutcome]:
    """Of a case, oldest first."""
    rows, sent = tables.outcomes.c, tables.releases.c
    released = select(func.coalesce(func.max(sent.day), 0)).where(sent.outcome == rows.id).scalar_subquery()
    columns = select(rows.id, rows.day, rows.kinds, rows.sealed, released).where(rows.number == number)
    columns = columns.order_by(rows.id)
    return [SealedOutcome(*row) for row in connection.execute(columns)]


def open_outcomes(case: OpenedCase, sealed: Sequence[SealedOutcome]) -> list[Outcome]:
    """One that does not open says so in its place: it was altered, or sealed to a key of before."""
    return [_open(case, one) for one in sealed]


def _open(case: OpenedCase, one: SealedOutcome) -> Outcome:
    try:
        words = json.loads(case.key.open(one.sealed, outcome_info(case.number, one.day, one.kinds)))
        by, reason, say = (str(words[name]) for name in ("by", "reason", "say"))
    except (NotForThisKey, ValueError, KeyError, TypeError):
        by, reason, say = "", "", ""
    return Outcome(one.day, tuple(one.kinds.split()), by, reason, say, one.released)
