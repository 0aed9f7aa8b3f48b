# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can be asked of a running desk: each verb takes a JSON object and answers one. Only this leads to content."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from dropbox.flows.requests import Notice
from dropbox.protocol.board import split_text
from dropbox.protocol.errors import BadText, TooLong
from journalist_ui.refusals import BadInput
from journalist_ui.vault import audit, members
from journalist_ui.vault.members import Role
from journalist_ui.vault.session import MemberSession

from . import forms
from .engine import Engine
from .notice_log import iso_day, lasting_notices
from .sessions import SessionBook

Body = dict[str, Any]


@dataclass
class Desk:
    """A running desk: its engine, and who is signed in."""

    engine: Engine
    sessions: SessionBook


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
    seconds = desk.engine.period_seconds()
    return {"cases": [forms.case_line(line, seconds) for line in session.cases()]}


async def show(desk: Desk, session: MemberSession, body: Body) -> Body:
    return {"case": forms.case(session.show(_case(body), desk.engine.day), desk.engine.period_seconds())}


async def reply(desk: Desk, session: MemberSession, body: Body) -> Body:
    """``parts`` is how many board entries the text takes."""
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
    engine = desk.engine
    engine.check_room(len(parts))
    engine.add_reply(session.reply(_case(body), parts, engine.now_period(), engine.day))
    return {"case": _case(body), "parts": len(parts), "state": "waiting"}


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
    opened, closed = session.share(name, engine.day) if Role.INVESTIGATOR in roles else (0, 0)
    return {
        "name": name,
        "roles": sorted(role.value for role in roles),
        "totp_secret": secret,
        "cases_opened": opened,
        "cases_not_opened": closed,
    }


async def member_share(desk: Desk, session: MemberSession, body: Body) -> Body:
    session.require(Role.INVESTIGATOR)
    opened, closed = session.share(_text(body, "name"), desk.engine.day)
    return {"name": _text(body, "name"), "cases_opened": opened, "cases_not_opened": closed}


async def member_remove(desk: Desk, session: MemberSession, body: Body) -> Body:
    session.require(Role.ADMINISTRATOR)
    engine, name = desk.engine, _text(body, "name")
    with engine.vault.transaction() as connection:
        members.remove_member(connection, name)
        audit.record(connection, engine.day, session.member.name, "member remove", name)
    engine.vault.truncate_wal()
    desk.sessions.lock_member(name)
    return {"name": name}


async def member_passphrase(desk: Desk, session: MemberSession, body: Body) -> Body:
    """The session's own member changes the passphrase; every session of theirs ends."""
    engine, name = desk.engine, session.member.name
    try:
        with engine.vault.transaction() as connection:
            members.change_passphrase(connection, name, _text(body, "old"), _text(body, "new"), engine.vault.random)
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
    "show": show,
    "reply": reply,
    "member-list": member_list,
    "member-add": member_add,
    "member-share": member_share,
    "member-remove": member_remove,
    "member-passphrase": member_passphrase,
}
