# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many cases there are, for members who open none."""

from journalist_ui.casework.totals import count_states
from journalist_ui.people.session import Session
from journalist_ui.refusals import NotAllowed
from journalist_ui.shapes.totals import CaseTotals, StateTotal, Totals
from journalist_ui.vault.roles import OPENERS
from journalist_ui.words.counts import rounded

from .desk import Desk

OPENS = "You open cases, and your list counts yours: `dropbox-desk cases`. Nobody who opens any is told of the others."


def count(desk: Desk, session: Session, asked: Totals) -> CaseTotals:
    """Raises NotAllowed for a member who opens cases: what they are told is of their own."""
    if not session.member.roles.isdisjoint(OPENERS):
        raise NotAllowed(OPENS)
    with desk.engine.vault.reading() as connection:
        found = count_states(connection)
    states = tuple(StateTotal(state, rounded(cases)) for state, cases in found.items() if rounded(cases))
    return CaseTotals(rounded(sum(found.values())), states)
