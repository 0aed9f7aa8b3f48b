# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case on paper."""

from dataclasses import dataclass, field

from .asked import Asked, CaseNumber
from .conversation import Case

LONGEST_WHY = 200
"""Letters of a reason for printing."""


@dataclass(frozen=True)
class Printed:
    """The whole ``case``, with what stands at the head and foot of each of its pages: the ``unit``, the handling
    ``mark`` ("" for none), who printed it ``by`` and on which ``day``."""

    case: Case
    unit: str
    mark: str
    by: str
    day: str


@dataclass(frozen=True)
class Print(Asked[Printed], verb="print"):
    """It counts as shown, and the reason stands in the audit log of the case."""

    case: CaseNumber
    reason: str = field(repr=False)
