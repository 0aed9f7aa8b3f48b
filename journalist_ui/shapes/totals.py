# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many cases there are, for members who open none."""

from dataclasses import dataclass

from .asked import Asked


@dataclass(frozen=True)
class StateTotal:
    """About so many ``cases`` of a ``state``, rounded to five by itself."""

    state: str
    cases: int


@dataclass(frozen=True)
class CaseTotals:
    """About so many ``cases`` in all, and of each state that has any; each number rounded to five by itself, so that
    they need not add up."""

    cases: int
    states: tuple[StateTotal, ...]


@dataclass(frozen=True)
class Totals(Asked[CaseTotals], verb="totals"):
    """The rounded counts, for a custodian or administrator who opens no case."""
