# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can be asked of a running desk: each verb takes a JSON object and answers one. Only this leads to content."""

import asyncio
from collections.abc import Awaitable, Callable

from dropbox.flows.desk.notice import Notice
from dropbox.flows.desk.unfinished import count_unfinished
from dropbox.flows.heads import head_words
from dropbox.words import codename_words
from journalist_ui.refusals import BadInput, FirstPassphrase
from journalist_ui.vault import audit, members
from journalist_ui.vault.members import Role
from journalist_ui.vault.session import MemberSession
from journalist_ui.vault.sharing import held_cases

from . import forms, passphrases, sharing, writing
from .notice_log import iso_day, lasting_notices
from .passphrases import tell_members
from .running import Body as Body
from .running import Desk as Desk
from .running import case_of, text_of


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
    token = await desk.sessions.sign_in(text_of(body, "member"), text_of(body, "passphrase"), text_of(body, "code"))
    return {"token": token, "provisional": desk.sessions.find(token).member.provisional}


async def lock(desk: Desk, body: Body) -> Body:
    desk.sessions.lock(text_of(body, "token"))
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
    return {"cases": [forms.case_line(line, seconds, day, session.member.name) for line in lines]}


async def categories(desk: Desk, session: MemberSession, body: Body) -> Body:
    """Those of the named ``cases``, in their order."""
    numbers = [case_of({"case": number}) for number in body.get("cases") or []]
    found = await asyncio.to_thread(session.categories, numbers)
    return {"categories": [list(found[number]) for number in numbers]}


async def show(desk: Desk, session: MemberSession, body: Body) -> Body:
    """The whole case, or one ``page`` of it with its number and how many there are. ``seen`` is the place up to which
    this member has read."""
    page = body.get("page", 0)
    if type(page) is not int or page < 0:
        raise BadInput("A page is a whole number.")
    found = await asyncio.to_thread(session.show, case_of(body), desk.engine.day, page)
    seen = await asyncio.to_thread(session.read_up_to, found.number)
    return {"case": forms.case(found, desk.engine.period_seconds()), "seen": seen}


async def set_state(desk: Desk, session: MemberSession, body: Body) -> Body:
    """What a person says of the case, for all members: new, or being assessed."""
    case, state = case_of(body), text_of(body, "state")
    session.set_state(case, state, desk.engine.day)
    return {"case": case, "state": state}


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
    engine, name = desk.engine, text_of(body, "name")
    roles = members.parse_roles(body.get("roles") or [])
    with engine.vault.transaction() as connection:
        members.add_member(connection, name, roles, text_of(body, "passphrase"), engine.vault.random, day=engine.day)
        audit.record(connection, engine.day, session.member.name, "member add", name)
        shown = ", ".join(sorted(roles))
        tell_members(desk, connection, "member-added", member=name, by=session.member.name, roles=shown)
    return {"name": name, "roles": sorted(role.value for role in roles)}


async def member_remove(desk: Desk, session: MemberSession, body: Body) -> Body:
    session.require(Role.ADMINISTRATOR)
    engine, name = desk.engine, text_of(body, "name")
    with engine.vault.transaction() as connection:
        cases, closed = held_cases(connection, name)
        members.remove_member(connection, name)
        audit.record(connection, engine.day, session.member.name, "member remove", name)
        tell_members(desk, connection, "member-removed", member=name, by=session.member.name)
    desk.drafts.drop_member(name)
    engine.vault.truncate_wal()
    desk.sessions.forget_member(name)
    return {"name": name, "cases": cases, "closed": closed}


OpenVerb = Callable[[Desk, Body], Awaitable[Body]]
MemberVerb = Callable[[Desk, MemberSession, Body], Awaitable[Body]]

OPEN_VERBS: dict[str, OpenVerb] = {
    "login": login,
    "lock": lock,
    "draft-late": writing.draft_late,
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
    "preview": writing.preview,
    "reply": writing.reply,
    "draft": writing.draft,
    "draft-keep": writing.draft_keep,
    "draft-choose": writing.draft_choose,
    "whoami": whoami,
    "member-list": member_list,
    "member-add": member_add,
    "member-share": sharing.share,
    "member-share-ask": sharing.share_ask,
    "member-share-with": sharing.share_with,
    "member-remove-ask": sharing.remove_ask,
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
