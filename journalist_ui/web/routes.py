# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of the pages. docs/desk-web.md lists them; a test compares."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from . import cases, entry, members, pages, replies
from .answers import Answer
from .site import Visit

LONGEST_BODY = 1 << 18
_CASE = "([1-9][0-9]{0,8})"


@dataclass(frozen=True)
class Route:
    """``{case}`` in a path stands for a case's number; a page that asks for sign-in is never reached without. ``first``
    may be reached by a provisional member. ``late`` takes what is posted from a page of a session that is over."""

    method: str
    path: str
    page: Callable[[Visit], Awaitable[Answer]]
    signed_in: bool = True
    first: bool = False
    late: Callable[[Visit], Awaitable[Answer]] | None = None


ROUTES = (
    Route("GET", "/sign-in", entry.sign_in_page, signed_in=False),
    Route("POST", "/sign-in", entry.sign_in, signed_in=False),
    Route("POST", "/lock", entry.lock, signed_in=False),
    Route("GET", "/", cases.inbox),
    Route("POST", "/collect", cases.collect),
    Route("GET", "/cases/{case}", cases.case),
    Route("POST", "/cases/{case}/reply", replies.reply, late=replies.late),
    Route("GET", "/cases/{case}/preview", replies.preview),
    Route("POST", "/cases/{case}/state", cases.set_state),
    Route("GET", "/members", members.member_page),
    Route("POST", "/members/add", members.add),
    Route("POST", "/members/share", members.share),
    Route("POST", "/members/remove", members.remove),
    Route("GET", "/passphrase", members.passphrase_page, first=True),
    Route("POST", "/passphrase", members.passphrase, first=True),
    Route("GET", "/passphrase/codes", members.codes_page, first=True),
    Route("POST", "/passphrase/codes", members.confirm, first=True),
    Route("GET", "/status", pages.status),
    Route("GET", "/help", pages.how_to),
    Route("POST", "/keys", pages.keys),
    *(
        Route("GET", path, pages.static(path.rpartition("/")[2]), signed_in=False)
        for path in ("/static/desk.css", "/static/desk.js", "/static/idle.js", "/static/reply.js", "/static/keys.js")
    ),
)


def find_route(method: str, path: str) -> tuple[tuple[Route, tuple[int, ...]] | None, set[str]]:
    """The route with the numbers of its path, and the methods that the address takes."""
    methods = set()
    for route in ROUTES:
        if match := re.fullmatch(re.escape(route.path).replace(r"\{case\}", _CASE), path):
            methods.add(route.method)
            if route.method == method:
                return (route, tuple(map(int, match.groups()))), methods
    return None, methods
