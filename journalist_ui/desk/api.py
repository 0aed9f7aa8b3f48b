# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can be asked of a running desk: each verb takes a JSON object and answers one. Only this leads to content."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from dropbox.flows.requests import Notice
from dropbox.protocol.board import split_text
from dropbox.protocol.errors import BadText, TooLong
from journalist_ui.refusals import BadInput
from journalist_ui.vault import audit, members
from journalist_ui.vault.members import Role
from journalist_ui.vault.session import MemberSession

from . import forms
from .drafts import Drafts
from .engine import Engine
from .notice_log import iso_day, lasting_notices
from .sessions import SessionBook

Body = dict[str, Any]
LONGEST_DRAFT = 1 << 16
"""Characters: far more than can be sent, so that nothing is lost before it is shortened."""


@dataclass
class Desk:
    """A running desk: its engine, and who is signed in."""

    engine: Engine
    sessions: SessionBook
    drafts: Drafts = field(default_factory=Drafts)


def _text(body: Body, key: str) -> str:
    """Raises BadInput."""
    value = body.get(key)
    if not isinstance(value, str):
        raise BadInput(f"{key} is missing.")
    return value


def _case(body: Body) -> int:
    """Raises BadInput."""
    value = body.get("case")
    if type(value) is not int or not 0 < value < 1 << 31:
        raise BadInput("A case is a whole number. `dropbox-desk cases` lists them.")
    return value


def notices(desk: Desk) -> list[dict[str, str]]:
    """Everything that the officers must be told now."""
    engine = desk.engine
    found = engine.standing.all()
    with engine.vault.transaction() as connection:
        found += [one for one in lasting_notices(connection, engine.day) if one not in found]
    if engine.settings.backup_folder is None:
        found.append(Notice("no-backup"))
    return [forms.notice(one) for one in found]


# --- without sign-in ---


async def login(desk: Desk, body: Body) -> Body:
    token = await desk.sessions.sign_in(_text(body, "member"), _text(body, "passphrase"), _text(body, "code"))
    return {"token": token}


async def lock(desk: Desk, body: Body) -> Body:
    desk.sessions.lock(_text(body, "token"))
    return {}


async def status(desk: Desk, body: Body) -> Body:
    """The desk's state, and no word of any case."""
    engine = desk.engine
    state, seconds, unit = engine.state, engine.period_seconds(), engine.state.unit()
    ledger = state.ledger
    return {
        "name": engine.settings.name,
        "unit": unit.slug if unit else "",
        "unit_id": engine.settings.unit_id.hex(),
        "service": engine.settings.service,
        "listed": unit is not None,
        "published": _day(state.keyring.published_period, seconds),
        "processed": _day(ledger.processed_through, seconds),
        "next_batch": forms.minute(engine.next_batch()),
        "texts": forms.waiting([text.state for text in ledger.texts.values()]),
        "signed_in": desk.sessions.count,
        "backup": engine.settings.backup,
        "notices": notices(desk),
    }


def _day(period: int, seconds: int) -> str:
    return iso_day(period, seconds) if period else ""


async def epoch(desk: Desk, body: Body) -> Body:
    engine = desk.engine
    seconds = engine.period_seconds()
    now = int(engine.clock() // seconds)
    return {"epochs": forms.epochs(engine.state.keyring, now, seconds)}


async def backup(desk: Desk, body: Body) -> Body:
    if desk.engine.settings.backup_folder is None:
        raise BadInput('This desk makes no backup: desk.toml says backup = "none". Name a folder there and restart it.')
    return {"file": await desk.engine.back_up()}


# --- for a signed-in member ---


async def sync(desk: Desk, session: MemberSession, body: Body) -> Body:
    done = await desk.engine.sync()
    return {"new": done.new, "published": done.published}


async def cases(desk: Desk, session: MemberSession, body: Body) -> Body:
    """``opened`` false leaves out the categories, which take long at first."""
    seconds, day = desk.engine.period_seconds(), desk.engine.day
    # In a thread, as all that opens much: the desk goes on meanwhile.
    lines = await asyncio.to_thread(session.lines if body.get("opened") is False else session.cases)
    return {"cases": [forms.case_line(line, seconds, day) for line in lines]}


async def categories(desk: Desk, session: MemberSession, body: Body) -> Body:
    """Those of the named ``cases``, in their order."""
    numbers = [_case({"case": number}) for number in body.get("cases") or []]
    found = await asyncio.to_thread(session.categories, numbers)
    return {"categories": [list(found[number]) for number in numbers]}


async def show(desk: Desk, session: MemberSession, body: Body) -> Body:
    """The whole case, or one ``page`` of it with its number and how many there are."""
    page = body.get("page", 0)
    if type(page) is not int or page < 0:
        raise BadInput("A page is a whole number.")
    found = await asyncio.to_thread(session.show, _case(body), desk.engine.day, page)
    return {"case": forms.case(found, desk.engine.period_seconds())}


def _parts(desk: Desk, body: Body) -> tuple[bytes, ...]:
    """The text as it will be posted. Raises BadInput, NotYet."""
    text = _text(body, "text")
    if not text.strip():
        raise BadInput("The text is empty. Nothing was sent.")
    try:
        parts = split_text(text)
    except TooLong as error:
        raise BadInput(
            f"The text needs {error.parts} parts, at most {error.allowed} can be sent. Shorten it."
        ) from None
    except BadText as error:
        raise BadInput(error.say) from None
    desk.engine.check_room(len(parts))
    return parts


async def preview(desk: Desk, session: MemberSession, body: Body) -> Body:
    """How a text would leave; nothing is stored."""
    session.require(Role.INVESTIGATOR)
    parts = _parts(desk, body)
    return {
        "case": _case(body),
        "parts": len(parts),
        "bytes": sum(map(len, parts)),
        "next_batch": forms.minute(desk.engine.next_batch()),
    }


async def reply(desk: Desk, session: MemberSession, body: Body) -> Body:
    """``parts`` is how many board entries the text takes."""
    parts, engine, case = _parts(desk, body), desk.engine, _case(body)
    engine.add_reply(session.reply(case, parts, engine.now_period(), engine.day))
    desk.drafts.drop(session.member.name, case)
    return {"case": case, "parts": len(parts), "state": "waiting"}


async def draft(desk: Desk, session: MemberSession, body: Body) -> Body:
    """What the member has begun to write in this case, empty if nothing."""
    case = _case(body)
    sealed = desk.drafts.find(session.member.name, case)
    return {"case": case, "text": session.open_draft(case, sealed) if sealed else ""}


async def draft_keep(desk: Desk, session: MemberSession, body: Body) -> Body:
    """Keep what was begun until it is sent, or the desk stops; an empty text drops it."""
    case, text = _case(body), _text(body, "text")
    if len(text) > LONGEST_DRAFT:
        raise BadInput("That is too long to keep as a draft. Shorten it.")
    if text:
        desk.drafts.keep(session.member.name, case, session.seal_draft(case, text))
    else:
        desk.drafts.drop(session.member.name, case)
    return {"case": case}


async def whoami(desk: Desk, session: MemberSession, body: Body) -> Body:
    return forms.member(session.member) | {"idle_seconds": desk.sessions.idle_seconds}


async def member_list(desk: Desk, session: MemberSession, body: Body) -> Body:
    with desk.engine.vault.transaction() as connection:
        return {"members": [forms.member(one) for one in members.list_members(connection)]}


async def member_add(desk: Desk, session: MemberSession, body: Body) -> Body:
    """Adds a member; an investigator gets every case that the session's own member can open."""
    session.require(Role.ADMINISTRATOR)
    engine, name = desk.engine, _text(body, "name")
    roles = members.parse_roles(body.get("roles") or [])
    with engine.vault.transaction() as connection:
        secret = members.add_member(connection, name, roles, _text(body, "passphrase"), engine.vault.random)
        audit.record(connection, engine.day, session.member.name, "member add", name)
    shares = Role.INVESTIGATOR in roles
    opened, closed = await asyncio.to_thread(session.share, name, engine.day) if shares else (0, 0)
    return {
        "name": name,
        "roles": sorted(role.value for role in roles),
        "totp_secret": secret,
        "cases_opened": opened,
        "cases_not_opened": closed,
    }


async def member_share(desk: Desk, session: MemberSession, body: Body) -> Body:
    session.require(Role.INVESTIGATOR)
    opened, closed = await asyncio.to_thread(session.share, _text(body, "name"), desk.engine.day)
    return {"name": _text(body, "name"), "cases_opened": opened, "cases_not_opened": closed}


async def member_remove(desk: Desk, session: MemberSession, body: Body) -> Body:
    session.require(Role.ADMINISTRATOR)
    engine, name = desk.engine, _text(body, "name")
    with engine.vault.transaction() as connection:
        members.remove_member(connection, name)
        audit.record(connection, engine.day, session.member.name, "member remove", name)
    engine.vault.truncate_wal()
    desk.sessions.lock_member(name)
    desk.drafts.drop_member(name)
    return {"name": name}


async def member_passphrase(desk: Desk, session: MemberSession, body: Body) -> Body:
    """The session's own member changes the passphrase; every session of theirs ends."""
    engine, name = desk.engine, session.member.name
    old, new = _text(body, "old"), members.check_passphrase(_text(body, "new"), "new passphrase")
    try:
        with engine.vault.transaction() as connection:
            members.change_passphrase(connection, name, old, new, engine.vault.random)
            audit.record(connection, engine.day, name, "member passphrase", name)
    finally:
        # Also after a wrong one: whoever holds a session that is not theirs guesses once.
        desk.sessions.lock_member(name)
    engine.vault.truncate_wal()
    return {"name": name}


OpenVerb = Callable[[Desk, Body], Awaitable[Body]]
MemberVerb = Callable[[Desk, MemberSession, Body], Awaitable[Body]]

OPEN_VERBS: dict[str, OpenVerb] = {
    "login": login,
    "lock": lock,
    "status": status,
    "epoch": epoch,
    "backup": backup,
}
MEMBER_VERBS: dict[str, MemberVerb] = {
    "sync": sync,
    "cases": cases,
    "categories": categories,
    "show": show,
    "preview": preview,
    "reply": reply,
    "draft": draft,
    "draft-keep": draft_keep,
    "whoami": whoami,
    "member-list": member_list,
    "member-add": member_add,
    "member-share": member_share,
    "member-remove": member_remove,
    "member-passphrase": member_passphrase,
}


async def ask(desk: Desk, verb: str, token: str, body: Body) -> Body:
    """One verb, by whoever holds the token. Raises what the verb raises, NotSignedIn, BadInput."""
    if verb in OPEN_VERBS:
        return await OPEN_VERBS[verb](desk, body)
    if verb in MEMBER_VERBS:
        return await MEMBER_VERBS[verb](desk, desk.sessions.find(token), body)
    raise BadInput("This desk does not know that command: it is of another release. Restart it.")
