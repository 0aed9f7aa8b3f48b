# SPDX-License-Identifier: AGPL-3.0-or-later
"""A request that no page sees."""


class Turned(Exception):
    """Answered with a page of this status, under this title."""

    def __init__(self, status: int, title: str, say: str) -> None:
        super().__init__(title)
        self.status, self.title, self.say = status, title, say
