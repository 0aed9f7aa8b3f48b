# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can be asked of a running desk: each verb takes a JSON object and answers one. Only this leads to content."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from dropbox.flows.heads import head_words
from dropbox.flows.requests import Notice
from dropbox.flows.unfinished import count_unfinished
from dropbox.protocol.board import split_text
from dropbox.protocol.errors import BadText, TooLong
from dropbox.words import codename_words
from journalist_ui.refusals import BadInput, FirstPassphrase
from journalist_ui.vault import audit, members
from journalist_ui.vault.drafts import seal_draft
from journalist_ui.vault.members import Role
from journalist_ui.vault.session import MemberSession

from . import forms, passphrases
from .drafts import Drafts
from .engine import Engine
from .notice_log import iso_day, lasting_notices
from .passphrases import tell_members
from .sessions import SessionBook

Body = dict[str, Any]
LONGEST_DRAFT = 28_000
"""Characters: far more than can be sent, so that nothing is lost before it is shortened, and not more than a form takes
whatever the letters are."""


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
    """``provisional``: all that the session may do is to change the passphrase."""
    token = await desk.sessions.sign_in(_text(body, "member"), _text(body, "passphrase"), _text(body, "code"))
    return {"token": token, "provisional": desk.sessions.find(token).member.provisional}


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
        "unfinished": count_unfinished(ledger),
        "heads": " ".join(head_words(engine.service_id, state.heads, codename_words().words)) if state.heads else "",
        "signed_in": desk.sessions.count,
        "backup": engine.settings.backup,
        "backed_up": engine.backed_up(),
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
    """The whole case, or one ``page`` of it with its number and how many there are. ``seen`` numbers the newest message
    that this member was ever shown."""
    page = body.get("page", 0)
    if type(page) is not int or page < 0:
        raise BadInput("A page is a whole number.")
    found = await asyncio.to_thread(session.show, _case(body), desk.engine.day, page)
    seen = await asyncio.to_thread(session.newest_shown, found.number)
    return {"case": forms.case(found, desk.engine.period_seconds()), "seen": seen}


async def set_state(desk: Desk, session: MemberSession, body: Body) -> Body:
    """What a person says of the case, for all members: new, or being assessed."""
    case, state = _case(body), _text(body, "state")
    session.set_state(case, state, desk.engine.day)
    return {"case": case, "state": state}


def _parts(desk: Desk, text: str) -> tuple[bytes, ...]:
    """The text as it will be posted. Raises BadInput, NotYet."""
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
    """How the member's draft would leave; nothing is stored. ``once`` is for the reply. ``newer``: the source wrote
    after what the writer saw. ``repeated``: the unit wrote exactly this before."""
    session.require(Role.INVESTIGATOR)
    case = _case(body)
    session.check_case(case)
    kept = desk.drafts.find(session.member.name, case)
    if kept is None:
        raise BadInput("There is no text to preview. Write one first.")
    text = session.open_draft(case, kept.sealed)
    parts = _parts(desk, text)
    newest, repeated = await asyncio.to_thread(session.before_reply, case, text)
    return {
        "case": case,
        "text": text,
        "once": kept.once,
        "newer": newest > kept.seen,
        "repeated": repeated,
        "parts": len(parts),
        "bytes": sum(map(len, parts)),
        "next_batch": forms.minute(desk.engine.next_batch()),
    }


async def reply(desk: Desk, session: MemberSession, body: Body) -> Body:
    """Send ``text``, or the draft that a preview named ``once``: exactly that, and once however often it is asked.
    ``parts`` is how many board entries the text takes."""
    engine, case, name = desk.engine, _case(body), session.member.name
    once = _text(body, "once") if "once" in body else None
    if once is None:
        text = _text(body, "text")
    elif desk.drafts.was_sent(name, case, once):
        return {"case": case, "parts": 0, "state": "again"}
    else:
        kept = desk.drafts.find(name, case)
        if kept is None or kept.once != once:
            raise BadInput("This is not the text of that preview any more. Nothing was sent: look at it again.")
        text = session.open_draft(case, kept.sealed)
    parts = _parts(desk, text)
    engine.add_reply(session.reply(case, parts, engine.now_period(), engine.day))
    if once is not None:
        desk.drafts.sent(name, case)
    return {"case": case, "parts": len(parts), "state": "waiting"}


async def draft(desk: Desk, session: MemberSession, body: Body) -> Body:
    """What the member has begun to write in this case, empty if nothing."""
    case = _case(body)
    kept = desk.drafts.find(session.member.name, case)
    return {"case": case, "text": session.open_draft(case, kept.sealed) if kept else ""}


async def draft_keep(desk: Desk, session: MemberSession, body: Body) -> Body:
    """Keep what was begun until it is sent, or the desk stops; an empty text drops it. ``seen`` is the number of the
    newest message that its writer saw."""
    session.require(Role.INVESTIGATOR)
    return _keep(desk, session.member.name, body)


async def draft_late(desk: Desk, body: Body) -> Body:
    """The same from a page of a session that is over, known by its ``form``. It opens nothing and drops nothing."""
    writer = desk.sessions.writer(_text(body, "form"))
    if not _text(body, "text"):
        raise BadInput("There is no text to keep.")
    return _keep(desk, writer, body) | {"member": writer}


def _keep(desk: Desk, member: str, body: Body) -> Body:
    case, text, seen = _case(body), _text(body, "text"), body.get("seen", 0)
    if type(seen) is not int:
        raise BadInput("A message is a whole number.")
    if len(text) > LONGEST_DRAFT:
        raise BadInput("That is too long to keep as a draft. Shorten it.")
    sealed = seal_draft(desk.engine.vault, member, case, text)
    if text:
        desk.drafts.keep(member, case, sealed, seen)
    else:
        desk.drafts.drop(member, case)
    return {"case": case}


async def whoami(desk: Desk, session: MemberSession, body: Body) -> Body:
    """``form`` is what every form of the session's pages carries."""
    told = {"idle_seconds": desk.sessions.idle_seconds, "form": desk.sessions.form_of(session)}
    return forms.member(session.member) | told


async def member_list(desk: Desk, session: MemberSession, body: Body) -> Body:
    with desk.engine.vault.transaction() as connection:
        return {"members": [forms.member(one) for one in members.list_members(connection)]}


async def member_add(desk: Desk, session: MemberSession, body: Body) -> Body:
    """Adds a member, who has nothing until they have made a passphrase of their own."""
    session.require(Role.ADMINISTRATOR)
    engine, name = desk.engine, _text(body, "name")
    roles = members.parse_roles(body.get("roles") or [])
    with engine.vault.transaction() as connection:
        members.add_member(connection, name, roles, _text(body, "passphrase"), engine.vault.random, day=engine.day)
        audit.record(connection, engine.day, session.member.name, "member add", name)
        shown = ", ".join(sorted(roles))
        tell_members(desk, connection, "member-added", member=name, by=session.member.name, roles=shown)
    return {"name": name, "roles": sorted(role.value for role in roles)}


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
        tell_members(desk, connection, "member-removed", member=name, by=session.member.name)
    engine.vault.truncate_wal()
    desk.sessions.forget_member(name)
    desk.drafts.drop_member(name)
    return {"name": name}


OpenVerb = Callable[[Desk, Body], Awaitable[Body]]
MemberVerb = Callable[[Desk, MemberSession, Body], Awaitable[Body]]

OPEN_VERBS: dict[str, OpenVerb] = {
    "login": login,
    "lock": lock,
    "draft-late": draft_late,
    "status": status,
    "epoch": epoch,
    "backup": backup,
}
MEMBER_VERBS: dict[str, MemberVerb] = {
    "sync": sync,
    "cases": cases,
    "categories": categories,
    "show": show,
    "state": set_state,
    "preview": preview,
    "reply": reply,
    "draft": draft,
    "draft-keep": draft_keep,
    "whoami": whoami,
    "member-list": member_list,
    "member-add": member_add,
    "member-share": member_share,
    "member-remove": member_remove,
    "member-passphrase": passphrases.change,
    "member-codes": passphrases.codes,
    "member-confirm": passphrases.confirm,
}

FIRST_VERBS = frozenset({"whoami", "member-passphrase", "member-codes", "member-confirm"})
"""What a provisional member may do."""


async def ask(desk: Desk, verb: str, token: str, body: Body) -> Body:
    """One verb, by whoever holds the token. Raises what the verb raises, NotSignedIn, FirstPassphrase, BadInput."""
    if verb in OPEN_VERBS:
        return await OPEN_VERBS[verb](desk, body)
    if verb in MEMBER_VERBS:
        session = desk.sessions.find(token)
        if session.member.provisional and verb not in FIRST_VERBS:
            raise FirstPassphrase("Make a passphrase of your own first: `dropbox-desk member passphrase`.")
        return await MEMBER_VERBS[verb](desk, session, body)
    raise BadInput("This desk does not know that command: it is of another release. Restart it.")
