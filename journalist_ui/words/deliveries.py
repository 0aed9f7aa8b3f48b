# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a text of the unit is on its way."""

from dataclasses import dataclass

from journalist_ui.shapes.conversation import Message


@dataclass(frozen=True)
class Delivery:
    """How a page says it, and how a terminal does within a line."""

    page: str
    line: str


_WAITS = "on the board: it waits for room, or until the source comes"
_STATES = {
    "waiting": Delivery("Waiting for the next batch", "waiting to be sent"),
    "off-board": Delivery(f"Not {_WAITS}", f"not {_WAITS}"),
    "published": Delivery("Published, not read yet", "published, not yet acknowledged"),
    "withdrawn": Delivery("Withdrawn: the case is set aside", "withdrawn: the case is set aside"),
    "read": Delivery("Read by the source", "read by the source"),
    "expired": Delivery("Given up: nobody read it in time", "given up: nobody read it in time"),
}


def delivery(message: Message) -> Delivery:
    """Of a text of the unit. A state of another release stands as it is."""
    return _STATES.get(message.state, Delivery(message.state, message.state))
