# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sources that close their conversation, and what they are told then."""

from dataclasses import dataclass

from .asked import Asked, CaseNumber, Place


@dataclass(frozen=True)
class ClosingLine:
    """The conversation ``ends`` on that day, YYYY-MM-DD, unless its source writes before; "" where the service is not
    known yet, or ends none, which is ``never``. ``closed``: it did. ``burn``: the source asks the unit to delete what
    it may."""

    ends: str
    burn: bool
    closed: bool
    never: bool = False


@dataclass(frozen=True)
class ClosingTold:
    """``told`` goes to the source; ``leaves`` is when the batch does with which it can be read, UTC to the minute."""

    case: int
    told: str
    leaves: str


@dataclass(frozen=True)
class TellClosing(Asked[ClosingTold], verb="closing"):
    """Tell the source of a case who closes the conversation that the unit knows (closing), or where it asks to delete
    what the unit may, that it ``deletes`` that or ``keeps`` it. Refused where something was added behind the place
    ``newest``, or without one where its sender does not know all that stands in the case, unless ``again`` is true."""

    case: CaseNumber
    kind: str
    newest: Place | None = None
    again: bool = False
