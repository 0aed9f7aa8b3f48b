# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of the pages. docs/desk-web.md lists them; a test compares."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from .answers import Answer
from .pages import (
    audit,
    canned,
    cases,
    closings,
    conflicts,
    contact,
    contact_key,
    conversation,
    decisions,
    files,
    flood,
    handling,
    links,
    members,
    outcomes,
    own_settings,
    passphrases,
    printing,
    proposals,
    questions,
    referrals,
    replies,
    security_keys,
    sessions,
    sharing,
    triage,
    upkeep,
    watching,
)
from .pages.late import late
from .site import At, Visit

LONGEST_FORM = 1 << 16
"""Bytes: the longest passphrases stand in it, whatever their letters."""
LONGEST_BODY = 1 << 18
"""Bytes: the longest text, whatever its letters."""
_PLACES = {"case": "[1-9][0-9]{0,8}", "canned": "[1-9][0-9]{0,8}", "asking": "[a-z][a-z0-9-]{0,31}"}
_PLACES |= {"file": "[1-9][0-9]{0,8}", "page": "[1-9][0-9]{0,6}", "part": "picture|veil|sound"}
"""What may stand at each place of an address, a field of At: whole numbers, the short name of a set of questions, a
part of a page of a file."""


@dataclass(frozen=True)
class Route:
    """``{case}`` in a path stands for a case's number, ``{canned}`` for that of a canned text, ``{asking}`` for a set
    of questions, ``{file}``, ``{page}`` and ``{part}`` for what is shown of a file; a page that asks for sign-in is
    never reached without. ``first`` may be reached by a provisional member. ``late`` takes what is posted from a page
    of a session that is over. A ``quiet`` page is asked by no person: it prolongs no session, and its verb says who
    may. A body of more than ``longest`` bytes is refused before it is read."""

    method: str
    path: str
    page: Callable[[Visit], Awaitable[Answer]]
    signed_in: bool = True
    first: bool = False
    late: Callable[[Visit], Awaitable[Answer]] | None = None
    longest: int = LONGEST_FORM
    quiet: bool = False

    def match(self, path: str) -> At | None:
        """What stands at the places of this route's address; None for another address."""
        pattern = re.escape(self.path)
        for name, form in _PLACES.items():
            pattern = pattern.replace(rf"\{{{name}\}}", f"(?P<{name}>{form})")
        found = re.fullmatch(pattern, path)
        if found is None:
            return None
        places = found.groupdict()
        case, canned, file, page = (int(places.get(name, 0)) for name in ("case", "canned", "file", "page"))
        return At(case, canned, file, page, places.get("asking", ""), places.get("part", ""))


ROUTES = (
    Route("GET", "/sign-in", sessions.sign_in_page, signed_in=False),
    Route("POST", "/sign-in", sessions.sign_in, signed_in=False),
    Route("POST", "/lock", sessions.lock, signed_in=False),
    Route("GET", "/", cases.inbox),
    Route("POST", "/search", cases.search),
    Route("GET", "/now", watching.now, quiet=True),
    Route("POST", "/collect", upkeep.collect),
    Route("GET", "/cases/{case}", conversation.case),
    Route("POST", "/cases/{case}/reply", replies.reply, late=late, longest=LONGEST_BODY),
    Route("GET", "/cases/{case}/preview", replies.preview),
    Route("POST", "/cases/{case}/state", cases.set_state),
    Route("GET", "/audit", audit.acts),
    Route("GET", "/audit/check", audit.check),
    Route("POST", "/cases/{case}/declare", conflicts.declare),
    Route("POST", "/cases/{case}/exclude", conflicts.exclude),
    Route("POST", "/cases/{case}/urgent", handling.urgent),
    Route("POST", "/cases/{case}/mute", handling.mute),
    Route("POST", "/cases/{case}/assign", handling.assign),
    Route("POST", "/cases/{case}/tag", handling.tag),
    Route("POST", "/cases/{case}/decide", decisions.decide, longest=LONGEST_BODY),
    Route("POST", "/cases/{case}/link", links.link),
    Route("POST", "/cases/{case}/outcome", outcomes.set_outcome, longest=LONGEST_BODY),
    Route("GET", "/cases/{case}/refer", referrals.refer_page),
    Route("POST", "/cases/{case}/refer", referrals.refer, longest=LONGEST_BODY),
    Route("POST", "/cases/{case}/closing", closings.tell),
    Route("GET", "/cases/{case}/release", outcomes.release_page),
    Route("POST", "/cases/{case}/release", outcomes.release),
    Route("POST", "/cases/{case}/note", handling.note, longest=LONGEST_BODY),
    Route("GET", "/cases/{case}/files/{file}", files.file),
    Route("POST", "/cases/{case}/files/{file}/look", files.look),
    Route("POST", "/cases/{case}/files/{file}/copy", files.copy),
    Route("GET", "/cases/{case}/files/{file}/pages/{page}/{part}", files.part),
    Route("POST", "/cases/{case}/print", printing.print_case),
    Route("POST", "/shelve", handling.shelve),
    Route("GET", "/flood", flood.flood),
    Route("POST", "/flood/declare", flood.declare),
    Route("POST", "/flood/take", flood.take_out),
    Route("POST", "/flood/move", flood.move),
    Route("GET", "/triage", triage.triage),
    Route("POST", "/triage", triage.change),
    Route("GET", "/canned", canned.list_page),
    Route("GET", "/canned/{canned}", canned.one_page),
    Route("POST", "/canned/keep", canned.keep),
    Route("POST", "/canned/remove", canned.remove),
    Route("GET", "/questions", questions.list_page),
    Route("GET", "/questions/{asking}", questions.one_page),
    Route("POST", "/questions/keep", questions.keep, longest=LONGEST_BODY),
    Route("POST", "/questions/remove", questions.remove),
    Route("GET", "/cases/{case}/ask", questions.ask_page),
    Route("POST", "/cases/{case}/ask", questions.ask),
    Route("POST", "/cases/{case}/contact", contact.ask),
    Route("POST", "/cases/{case}/contact-show", contact.show),
    Route("GET", "/contact-key", contact_key.contact_key),
    Route("POST", "/contact-key/make", contact_key.make),
    Route("POST", "/contact-key/file", contact_key.show_file),
    Route("POST", "/contact-key/add", contact_key.add),
    Route("GET", "/members", members.members),
    Route("POST", "/members/add", members.add),
    Route("POST", "/members/share", sharing.share),
    Route("POST", "/members/role", members.role),
    Route("POST", "/members/recover", members.recover),
    Route("POST", "/members/remove", members.remove),
    Route("GET", "/proposals", proposals.proposals),
    Route("POST", "/proposals/approve", proposals.approve),
    Route("POST", "/proposals/refuse", proposals.refuse),
    Route("GET", "/passphrase", passphrases.passphrase_page, first=True),
    Route("POST", "/passphrase", passphrases.passphrase, first=True),
    Route("GET", "/passphrase/codes", passphrases.codes_page, first=True),
    Route("POST", "/passphrase/codes", passphrases.confirm, first=True),
    Route("POST", "/passphrase/recovery-codes", passphrases.recovery_codes),
    Route("POST", "/passphrase/key", security_keys.add),
    Route("POST", "/passphrase/key-remove", security_keys.remove),
    Route("GET", "/settings", own_settings.own_settings),
    Route("POST", "/settings/reminders", own_settings.reminders),
    Route("POST", "/settings/welfare", own_settings.welfare),
    Route("POST", "/settings/excerpts", own_settings.excerpts),
    Route("POST", "/settings/reminder-try", own_settings.try_reminder),
    Route("GET", "/status", upkeep.status),
    Route("GET", "/help", upkeep.how_to),
    Route("POST", "/keys", upkeep.keys),
    *(Route("GET", f"/static/{name}", upkeep.static(name), signed_in=False) for name in upkeep.FILES),
)


def find_route(method: str, path: str) -> tuple[tuple[Route, At] | None, set[str]]:
    """The route with what stands in its address, and the methods that the address takes."""
    methods = set()
    for route in ROUTES:
        if (at := route.match(path)) is not None:
            methods.add(route.method)
            if route.method == method:
                return (route, at), methods
    return None, methods
