# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text to the source: what its sender must know of the case before, and its storing."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, insert, select

from dropbox.flows.desk.state import Text
from dropbox.protocol.constants import EntryType
from dropbox.protocol.primitives import hpke_seal
from journalist_ui.refusals import CaseMoved, SetAside
from journalist_ui.vault import audit, tables
from journalist_ui.vault.counters import JUNK, count_cases
from journalist_ui.vault.database import next_place
from journalist_ui.vault.evidence import ASK, CLOSING, CONTACT_OPENED, OFFER, RELEASE, REPLY, SENDS, about_text
from journalist_ui.vault.ledger import add_text
from journalist_ui.vault.sealing import answer_info

from .cases import OpenedCase, acts_of
from .conversation import SHOW, OfficerText, newest_place

_FIRST = "Nothing was sent. Read it first: `dropbox-desk show`; or say --again."
WRITES = tuple(one for one in SENDS if one != CONTACT_OPENED)
"""Acts by which a person writes to the source; that contact details were opened the program says."""
SOURCE_WROTE = f"The source has written since you last opened the case. {_FIRST}"
UNIT_WROTE = f"Another member has written to the source since you last opened the case. {_FIRST}"
SENT_BEFORE = (
    "The unit wrote exactly this text in this case before. Nothing was sent. Say --again if it is to go out twice."
)
ADDED = "Something was added to the case meanwhile. Nothing was sent: look at it first."

ASIDE = (
    "This case is set aside, and nothing is posted to its source. Put it back into the inbox first: "
    "`dropbox-desk unjunk`. Nothing was sent."
)
ENDED = "The source has closed this conversation, and it has come to its end. Nothing was sent."

AUTHORISED = "reply authorised"
"""Beside the act of sending: somebody outside the desk has authorised the text."""

_ACTS = {
    EntryType.TEXT: REPLY,
    EntryType.OUTCOME: RELEASE,
    EntryType.REFERRAL_OFFER: OFFER,
    EntryType.CLOSED: CLOSING,
    EntryType.QUESTIONS: ASK,
}


@dataclass(frozen=True)
class Authorisation:
    """What allows a text that tasks a source: the ``reference`` of an authorisation from outside the desk, and name and
    rank of the ``officer`` who gave it."""

    reference: str
    officer: str


@dataclass(frozen=True)
class Reply:
    """A text as it will be posted, in the ``parts`` of protocol.board.split_text. ``once`` is the version of the draft
    that it was, "" for none; ``mark`` the newest place of the case that its sender knows, None where they said that
    they need not. ``ahead``: it asks about what is to come. Of another ``type`` the parts are its form, and ``said`` is
    what members see of it, by name."""

    parts: tuple[bytes, ...]
    once: str = ""
    mark: int | None = None
    authorisation: Authorisation | None = None
    ahead: bool = False
    type: EntryType = EntryType.TEXT
    said: Mapping[str, object] = field(default_factory=dict, repr=False)


def store_reply(connection: Connection, case: OpenedCase, reply: Reply, period: int, day: int) -> Text:
    """Store it for the source: sealed to the case for the members, and in the ledger for the daemon to post. ``period``
    is the present one, ``day`` one of unix time. Raises SetAside, CaseMoved."""
    number = case.number
    refuse_unposted(connection, number)
    if reply.mark is not None and newest_place(connection, number) > reply.mark:
        raise CaseMoved(ADDED)
    said = reply.said or {"text": b"".join(reply.parts).decode()}
    words: dict[str, object] = {"by": case.reader, **said}
    words |= {"once": reply.once} if reply.once else {}
    allowed = reply.authorisation
    words |= {"authorisation": allowed.reference, "officer": allowed.officer} if allowed else {}
    text = Text(id=0, pseudonym=case.row.pseudonym, type=reply.type, parts=reply.parts)
    text.id = add_text(connection, text)
    sealed = hpke_seal(case.key.public, json.dumps(words).encode(), answer_info(number, text.id))
    values = {"text": text.id, "number": number, "period": period, "place": next_place(connection), "sealed": sealed}
    values |= {"ahead": reply.ahead}
    connection.execute(insert(tables.answers).values(values))
    count_cases(connection, [number])
    about = about_text(number, text.id, sealed)
    audit.record(connection, day, case.reader, _ACTS[reply.type], about, case=number, named=True)
    if allowed:
        audit.record(connection, day, case.reader, AUTHORISED, about, case=number)
    return text


def refuse_unposted(connection: Connection, number: int) -> None:
    """Raises SetAside where nothing is posted to the case, by its members or by its source."""
    cases, sources = tables.cases.c, tables.conversations.c
    if connection.execute(select(cases.shelf).where(cases.number == number)).scalar() == JUNK:
        raise SetAside(ASIDE)
    ended = (
        select(sources.closed).join(tables.cases, cases.pseudonym == sources.pseudonym).where(cases.number == number)
    )
    if connection.execute(ended).scalar():
        raise SetAside(ENDED)


def known_mark(connection: Connection, case: OpenedCase) -> int:
    """The newest place of the case, for a text that no preview was looked at of. Raises CaseMoved when its sender does
    not know all that stands there."""
    if _unread(connection, case.number, case.reader):
        raise CaseMoved(SOURCE_WROTE)
    if _others_wrote(connection, case):
        raise CaseMoved(UNIT_WROTE)
    return newest_place(connection, case.number)


def refuse_repeated(texts: Iterable[OfficerText], text: str) -> None:
    """Raises CaseMoved where the unit wrote exactly this before."""
    if was_written(texts, text):
        raise CaseMoved(SENT_BEFORE)


def was_written(texts: Iterable[OfficerText], text: str) -> bool:
    """Whether the unit wrote exactly this before."""
    return any(one.text == text for one in texts)


def was_sent(texts: Iterable[OfficerText], author: str, version: str) -> bool:
    """Whether the draft of that version is a text of this author's already."""
    return any(one.once == version and one.author == author for one in texts)


def _unread(connection: Connection, number: int, member: str) -> bool:
    """Whether messages came after those that the member was shown. Who was shown none is told so by the list."""
    cases, progress = tables.cases.c, tables.progress.c
    seen = select(progress.shown).where(progress.number == number, progress.member == member)
    known = connection.execute(seen).scalar() or 0
    whole = connection.execute(select(cases.whole).where(cases.number == number)).scalar_one()
    return known > 0 and whole > known


def _others_wrote(connection: Connection, case: OpenedCase) -> bool:
    """Whether a text of another member stands in the audit log after the member last opened the case."""
    for done in acts_of(connection, case):
        if done.act in WRITES and done.member != case.reader:
            return True
        if done.act == SHOW and done.member == case.reader:
            return False
    return False
