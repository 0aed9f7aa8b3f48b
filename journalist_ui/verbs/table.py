# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every verb of a running desk: what is asked, what does it, and who may. Only this leads to content."""

import asyncio
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar, cast

from journalist_ui.people.members import Role
from journalist_ui.people.session import Session
from journalist_ui.refusals import BadInput, FirstPassphrase
from journalist_ui.shapes import (
    canned as of_canned,
    cases as of_cases,
    conversation as of_conversation,
    drafts as of_drafts,
    members as of_members,
    passphrases as of_passphrases,
    replies as of_replies,
    sessions as of_sessions,
    sharing as of_sharing,
    upkeep as of_upkeep,
    watching as of_watching,
)
from journalist_ui.shapes.asked import Asked

from . import canned, cases, conversation, drafts, members, passphrases, replies, sessions, sharing, upkeep, watching
from .desk import Desk

Answer = TypeVar("Answer")
Q = TypeVar("Q", bound=Asked[object])


class Who(Enum):
    """Who may ask. PROVISIONAL: any member, also one who has a first passphrase yet. MEMBER: any who has one of
    their own."""

    ANYBODY = "anybody"
    PROVISIONAL = "provisional"
    MEMBER = "member"
    INVESTIGATOR = "investigator"
    ADMINISTRATOR = "administrator"


_ROLES = {Who.INVESTIGATOR: Role.INVESTIGATOR, Who.ADMINISTRATOR: Role.ADMINISTRATOR}


@dataclass(frozen=True)
class OpenVerb(Generic[Q]):
    """A verb that needs no session. ``act`` is run in a thread unless it is a coroutine."""

    asked: type[Q]
    act: Callable[[Desk, Q], object]
    who: Who = Who.ANYBODY


@dataclass(frozen=True)
class MemberVerb(Generic[Q]):
    """A verb by the member of a session, which counts as used by it unless the verb is ``quiet``: no person asks it."""

    asked: type[Q]
    act: Callable[[Desk, Session, Q], object]
    who: Who
    quiet: bool = False


EDITS_CANNED = Who.INVESTIGATOR
"""Who writes the texts that are kept ready."""

# What is asked differs from line to line, and no type says "each of its own".
Verb = OpenVerb[Any] | MemberVerb[Any]

_TABLE: tuple[Verb, ...] = (
    OpenVerb(of_sessions.Login, sessions.login),
    OpenVerb(of_sessions.Lock, sessions.lock),
    MemberVerb(of_sessions.Whoami, sessions.whoami, Who.PROVISIONAL),
    OpenVerb(of_upkeep.Status, upkeep.status),
    OpenVerb(of_upkeep.Epochs, upkeep.epochs),
    OpenVerb(of_upkeep.Backup, upkeep.backup),
    MemberVerb(of_upkeep.Sync, upkeep.sync, Who.MEMBER),
    MemberVerb(of_cases.Cases, cases.cases, Who.INVESTIGATOR),
    MemberVerb(of_cases.Categories, cases.categories, Who.INVESTIGATOR),
    MemberVerb(of_cases.SetState, cases.set_state, Who.INVESTIGATOR),
    MemberVerb(of_conversation.Show, conversation.show, Who.INVESTIGATOR),
    MemberVerb(of_replies.Preview, replies.preview, Who.INVESTIGATOR),
    MemberVerb(of_replies.Reply, replies.reply, Who.INVESTIGATOR),
    MemberVerb(of_drafts.Draft, drafts.draft, Who.INVESTIGATOR),
    MemberVerb(of_drafts.KeepDraft, drafts.keep, Who.INVESTIGATOR),
    MemberVerb(of_drafts.ChooseDraft, drafts.choose, Who.INVESTIGATOR),
    OpenVerb(of_drafts.KeepLateDraft, drafts.keep_late),
    MemberVerb(of_watching.Watch, watching.watch, Who.MEMBER, quiet=True),
    MemberVerb(of_canned.CannedTexts, canned.list_canned, Who.MEMBER),
    MemberVerb(of_canned.ShowCanned, canned.show, Who.MEMBER),
    MemberVerb(of_canned.KeepCanned, canned.keep, EDITS_CANNED),
    MemberVerb(of_canned.RemoveCanned, canned.remove, EDITS_CANNED),
    MemberVerb(of_members.Members, members.list_members, Who.MEMBER),
    MemberVerb(of_members.AddMember, members.add, Who.ADMINISTRATOR),
    MemberVerb(of_members.AskRemoval, members.ask_removal, Who.ADMINISTRATOR),
    MemberVerb(of_members.RemoveMember, members.remove, Who.ADMINISTRATOR),
    MemberVerb(of_sharing.WhoLacks, sharing.who_lacks, Who.INVESTIGATOR),
    MemberVerb(of_sharing.AskShare, sharing.ask_share, Who.INVESTIGATOR),
    MemberVerb(of_sharing.Share, sharing.share, Who.INVESTIGATOR),
    MemberVerb(of_passphrases.ChangePassphrase, passphrases.change, Who.PROVISIONAL),
    MemberVerb(of_passphrases.ShowCodes, passphrases.codes, Who.PROVISIONAL),
    MemberVerb(of_passphrases.ConfirmCodes, passphrases.confirm, Who.PROVISIONAL),
)

VERBS: dict[str, Verb] = {verb.asked.verb: verb for verb in _TABLE}


def find_verb(name: str) -> Verb:
    """Raises BadInput."""
    if name not in VERBS:
        raise BadInput("This desk does not know that command: it is of another release. Restart it.")
    return VERBS[name]


def admit(desk: Desk, verb: Verb, token: str) -> Session | None:
    """The session by which whoever holds the token may ask this, which counts as used unless the verb is quiet; None
    where none is needed. Raises NotSignedIn, FirstPassphrase, NotAllowed."""
    if isinstance(verb, OpenVerb):
        return None
    session = (desk.sessions.look if verb.quiet else desk.sessions.find)(token)
    if session.member.provisional and verb.who is not Who.PROVISIONAL:
        raise FirstPassphrase("Make a passphrase of your own first: `dropbox-desk member passphrase`.")
    if role := _ROLES.get(verb.who):
        session.require(role)
    return session


async def act(desk: Desk, verb: Verb, session: Session | None, asked: Asked[Answer]) -> Answer:
    """Do it for whom it was admitted. Raises what the verb raises."""
    given = (desk, asked) if session is None else (desk, session, asked)
    if inspect.iscoroutinefunction(verb.act):
        done = await verb.act(*given)
    else:
        # What opens the vault waits for the disk: the desk goes on meanwhile.
        done = await asyncio.to_thread(verb.act, *given)
    # The table pairs them; a test holds each line's answer to what its request declares.
    return cast(Answer, done)


async def ask(desk: Desk, token: str, asked: Asked[Answer]) -> Answer:
    """One verb, by whoever holds the token. Raises what the verb raises, NotSignedIn, FirstPassphrase, NotAllowed."""
    verb = find_verb(asked.verb)
    return await act(desk, verb, admit(desk, verb, token), asked)
