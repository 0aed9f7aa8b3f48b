# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk compares its clock with the service's, before it fetches, publishes or destroys anything (docs/clocks.md)."""

from dropbox.flows.drive import Flow
from dropbox.protocol.wire import IntakeState, parse_intake_state

from .notice import Notice
from .requests import DeskRequest, GetIntakeState


def fetch_intake(now: int, notices: list[Notice]) -> Flow[DeskRequest, IntakeState | None]:
    """The segments that are served; None, with a notice, where the open one is more than a period from ``now``.

    A made-up segment number would otherwise end up in what is processed. Raises Malformed.
    """
    intake = parse_intake_state((yield from GetIntakeState()))
    if abs(intake.open - now) <= 1:
        return intake
    notices.append(Notice("clock-off", {"here": now, "server": intake.open}))
    return None
