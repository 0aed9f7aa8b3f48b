# SPDX-License-Identifier: AGPL-3.0-or-later
"""One page of the list of cases, in its blocks."""

from dataclasses import dataclass

from .asked import Asked, Page
from .cases import CaseLine


@dataclass(frozen=True)
class Block:
    """Cases that are in one state of need: urgent, for-us (the source waits), for-source; or the shelf on which they
    were put: junk, closed. ``count`` is how many there are on all pages, ``lines`` those of this one."""

    name: str
    count: int
    lines: tuple[CaseLine, ...]


@dataclass(frozen=True)
class InboxPage:
    """``page``, from 1, of so many ``pages``; of all cases that were asked for, ``found`` are in the list and ``total``
    on any shelf, ``shelves`` counts those of each but the inbox, ``aside_urgent`` those that are set aside though
    somebody is at risk. Without ``excerpts`` the member wants to see none, and each is "". Of a search: not ``ready``
    as long as it has not looked through all cases. ``flood`` as in a list of cases."""

    blocks: tuple[Block, ...]
    page: int
    pages: int
    found: int
    total: int
    shelves: dict[str, int]
    aside_urgent: int
    excerpts: bool
    ready: bool
    flood: int
    flood_urgent: int


@dataclass(frozen=True)
class Inbox(Asked[InboxPage], verb="inbox"):
    """The member's cases on one ``shelf`` ("" the inbox, None all), those that are ``mine`` alone or in which all words
    of a ``search`` stand. Only the cases of the page are opened."""

    shelf: str | None = ""
    mine: bool = False
    search: str | None = None
    page: Page = 1
