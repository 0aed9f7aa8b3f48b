# SPDX-License-Identifier: AGPL-3.0-or-later
"""What becomes of a case."""

from collections.abc import Iterable

from dropbox.protocol.board import split_text
from dropbox.protocol.errors import BadText, TooLong
from journalist_ui.casework import outcomes
from journalist_ui.casework.cases import OUTCOME, open_case
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.people.session import Session
from journalist_ui.refusals import BadInput
from journalist_ui.shapes.outcomes import OutcomeLine, OutcomeSet, SetOutcome

from .desk import Desk
from .moments import DAY


def outcome_lines(found: Iterable[outcomes.Outcome]) -> tuple[OutcomeLine, ...]:
    """As they are shown."""
    return tuple(OutcomeLine(one.kinds, one.by, iso_day(one.day, DAY), one.reason, one.say) for one in found)


def _checked(say: str) -> str:
    """What the source is to be told: what can be sent. Raises BadInput."""
    said = say.replace("\r\n", "\n").strip()
    try:
        if said:
            split_text(said)
    except TooLong as error:
        raise BadInput(
            f"What the source is to be told needs {error.parts} parts, at most {error.allowed} can be sent. Shorten it."
        ) from None
    except BadText as error:
        raise BadInput(error.say) from None
    return said


def set_outcome(desk: Desk, session: Session, asked: SetOutcome) -> OutcomeSet:
    """Raises NoSuchCase, Undeclared, BadInput."""
    say, reason = _checked(asked.say), asked.reason.replace("\r\n", "\n").strip()
    with desk.engine.vault.writing() as connection:
        case = open_case(connection, session.holder, asked.case)
        named = outcomes.set_outcome(connection, case, asked.kinds, reason, say, desk.engine.day)
    return OutcomeSet(asked.case, OUTCOME, named)
