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
    audit as of_audit,
    canned as of_canned,
    cases as of_cases,
    closings as of_closings,
    conflicts as of_conflicts,
    contact as of_contact,
    contact_key as of_contact_key,
    conversation as of_conversation,
    decisions as of_decisions,
    drafts as of_drafts,
    excerpts as of_excerpts,
    files as of_files,
    flood as of_flood,
    handling as of_handling,
    inbox as of_inbox,
    links as of_links,
    members as of_members,
    notes as of_notes,
    outcomes as of_outcomes,
    passphrases as of_passphrases,
    previews as of_previews,
    printing as of_printing,
    proposals as of_proposals,
    questions as of_questions,
    recovery as of_recovery,
    referrals as of_referrals,
    reminders as of_reminders,
    replies as of_replies,
    security_keys as of_security_keys,
    sessions as of_sessions,
    sharing as of_sharing,
    spares as of_spares,
    tags as of_tags,
    totals as of_totals,
    triage as of_triage,
    upkeep as of_upkeep,
    watching as of_watching,
    welfare as of_welfare,
)
from journalist_ui.shapes.asked import Asked
from journalist_ui.vault.roles import COUNTERS, OPENERS, WRITERS

from . import (
    audit,
    canned,
    cases,
    clean_copies,
    closings,
    conflicts,
    contact,
    contact_key,
    conversation,
    decisions,
    drafts,
    excerpts,
    files,
    flood,
    handling,
    inbox,
    links,
    members,
    notes,
    outcomes,
    passphrases,
    previews,
    printing,
    proposals,
    questions,
    recovery,
    referral_approval,
    referrals,
    reminders,
    replies,
    security_keys,
    sessions,
    sharing,
    spares,
    tags,
    totals,
    triage,
    upkeep,
    watching,
    welfare,
)
from .desk import Desk

Answer = TypeVar("Answer")
Q = TypeVar("Q", bound=Asked[object])


class Who(Enum):
    """Who may ask. PROVISIONAL: any member, also one who has a first passphrase yet. MEMBER: any who has one of
    their own. READER: who opens cases, a reader, investigator or supervisor. INVESTIGATOR: who writes in them, an
    investigator or supervisor. COUNTER: who counts them without opening any, a custodian or administrator."""

    ANYBODY = "anybody"
    PROVISIONAL = "provisional"
    MEMBER = "member"
    READER = "reader"
    INVESTIGATOR = "investigator"
    SUPERVISOR = "supervisor"
    CUSTODIAN = "custodian"
    ADMINISTRATOR = "administrator"
    COUNTER = "counter"


_ROLES: dict[Who, frozenset[Role]] = {
    Who.READER: OPENERS,
    Who.INVESTIGATOR: WRITERS,
    Who.SUPERVISOR: frozenset({Role.SUPERVISOR}),
    Who.CUSTODIAN: frozenset({Role.CUSTODIAN}),
    Who.ADMINISTRATOR: frozenset({Role.ADMINISTRATOR}),
    Who.COUNTER: COUNTERS,
}


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
"""Who writes the texts and sets of questions that are kept ready."""

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
    MemberVerb(of_audit.Audit, audit.acts, Who.MEMBER),
    MemberVerb(of_audit.VerifyAudit, audit.verify, Who.MEMBER),
    MemberVerb(of_cases.Cases, cases.cases, Who.READER),
    MemberVerb(of_inbox.Inbox, inbox.inbox, Who.READER),
    MemberVerb(of_cases.Categories, cases.categories, Who.READER),
    MemberVerb(of_cases.SetState, cases.set_state, Who.INVESTIGATOR),
    MemberVerb(of_handling.SetUrgent, handling.urgent, Who.READER),
    MemberVerb(of_handling.AskClose, handling.ask_close, Who.INVESTIGATOR),
    MemberVerb(of_handling.Shelve, handling.shelve, Who.INVESTIGATOR),
    MemberVerb(of_handling.Mute, handling.mute, Who.INVESTIGATOR),
    MemberVerb(of_handling.Assign, handling.assign, Who.INVESTIGATOR),
    MemberVerb(of_flood.ShowFlood, flood.show, Who.READER),
    MemberVerb(of_flood.DeclareFlood, flood.declare, Who.READER),
    MemberVerb(of_flood.TakeOut, flood.take_out, Who.INVESTIGATOR),
    MemberVerb(of_flood.MoveFlood, flood.move, Who.INVESTIGATOR),
    MemberVerb(of_tags.Tag, tags.tag, Who.INVESTIGATOR),
    MemberVerb(of_notes.AddNote, notes.add, Who.INVESTIGATOR),
    MemberVerb(of_referrals.Units, referrals.list_units, Who.INVESTIGATOR),
    MemberVerb(of_referrals.PreviewReferral, referrals.preview, Who.INVESTIGATOR),
    MemberVerb(of_referrals.Refer, referral_approval.ask, Who.INVESTIGATOR),
    MemberVerb(of_referrals.Referrals, referrals.list_referrals, Who.READER),
    MemberVerb(of_closings.TellClosing, closings.tell, Who.INVESTIGATOR),
    MemberVerb(of_outcomes.SetOutcome, outcomes.set_outcome, Who.INVESTIGATOR),
    MemberVerb(of_outcomes.PreviewOutcome, outcomes.preview, Who.SUPERVISOR),
    MemberVerb(of_outcomes.ReleaseOutcome, outcomes.release, Who.SUPERVISOR),
    MemberVerb(of_decisions.Decide, decisions.decide, Who.INVESTIGATOR),
    MemberVerb(of_links.Link, links.link, Who.INVESTIGATOR),
    MemberVerb(of_conflicts.Declare, conflicts.declare, Who.READER),
    MemberVerb(of_conflicts.Exclude, conflicts.exclude, Who.INVESTIGATOR),
    MemberVerb(of_conflicts.WhoIsKept, conflicts.who_is_kept, Who.READER),
    MemberVerb(of_triage.Triage, triage.list_triage, Who.ADMINISTRATOR),
    MemberVerb(of_triage.SetTriage, triage.set_triage, Who.ADMINISTRATOR),
    MemberVerb(of_totals.Totals, totals.count, Who.COUNTER),
    MemberVerb(of_conversation.Show, conversation.show, Who.READER),
    MemberVerb(of_printing.Print, printing.print_case, Who.READER),
    MemberVerb(of_files.TakeFile, clean_copies.take, Who.READER),
    MemberVerb(of_files.GetPiece, files.get_piece, Who.READER),
    MemberVerb(of_previews.PreviewFile, previews.preview, Who.READER),
    MemberVerb(of_previews.GetPreview, previews.get_preview, Who.READER),
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
    MemberVerb(of_questions.QuestionSets, questions.list_sets, Who.MEMBER),
    MemberVerb(of_questions.ShowSet, questions.show_set, Who.MEMBER),
    MemberVerb(of_questions.KeepSet, questions.keep_set, EDITS_CANNED),
    MemberVerb(of_questions.RemoveSet, questions.remove_set, EDITS_CANNED),
    MemberVerb(of_questions.PreviewAsk, questions.preview, Who.INVESTIGATOR),
    MemberVerb(of_questions.AskSource, questions.ask, Who.INVESTIGATOR),
    MemberVerb(of_members.Members, members.list_members, Who.MEMBER),
    MemberVerb(of_members.AddMember, members.add, Who.ADMINISTRATOR),
    MemberVerb(of_members.AskRemoval, members.ask_removal, Who.ADMINISTRATOR),
    MemberVerb(of_members.RemoveMember, members.remove, Who.ADMINISTRATOR),
    MemberVerb(of_members.SetRoles, members.set_roles, Who.ADMINISTRATOR),
    MemberVerb(of_members.AskRecovery, members.ask_recovery, Who.ADMINISTRATOR),
    MemberVerb(of_members.RecoverMember, members.recover, Who.ADMINISTRATOR),
    MemberVerb(of_recovery.MakeSheets, recovery.make_sheets, Who.ADMINISTRATOR),
    MemberVerb(of_contact.AskContact, contact.ask, Who.INVESTIGATOR),
    MemberVerb(of_contact.ShowContact, contact.show, Who.READER),
    MemberVerb(of_contact_key.ContactKeys, contact_key.list_keys, Who.MEMBER),
    MemberVerb(of_contact_key.MakeContactKey, contact_key.make, Who.COUNTER),
    MemberVerb(of_contact_key.GetContactKey, contact_key.get_file, Who.COUNTER),
    MemberVerb(of_contact_key.AddHolder, contact_key.add, Who.CUSTODIAN),
    MemberVerb(of_proposals.Proposals, proposals.list_proposals, Who.MEMBER),
    MemberVerb(of_proposals.Approve, proposals.approve, Who.MEMBER),
    MemberVerb(of_proposals.Refuse, proposals.refuse, Who.MEMBER),
    MemberVerb(of_sharing.WhoLacks, sharing.who_lacks, Who.INVESTIGATOR),
    MemberVerb(of_sharing.AskShare, sharing.ask_share, Who.INVESTIGATOR),
    MemberVerb(of_sharing.Share, sharing.share, Who.INVESTIGATOR),
    MemberVerb(of_passphrases.ChangePassphrase, passphrases.change, Who.PROVISIONAL),
    OpenVerb(of_security_keys.AskKeySignIn, security_keys.ask_sign_in),
    MemberVerb(of_security_keys.AskKey, security_keys.ask_key, Who.MEMBER),
    MemberVerb(of_security_keys.Keys, security_keys.list_keys, Who.MEMBER),
    MemberVerb(of_security_keys.AddKey, security_keys.add, Who.MEMBER),
    MemberVerb(of_security_keys.RemoveKey, security_keys.remove, Who.MEMBER),
    MemberVerb(of_spares.MakeSpares, spares.make, Who.MEMBER),
    MemberVerb(of_spares.CountSpares, spares.left, Who.MEMBER),
    MemberVerb(of_excerpts.ShowExcerpts, excerpts.show, Who.READER),
    MemberVerb(of_excerpts.SetExcerpts, excerpts.change, Who.READER),
    MemberVerb(of_welfare.ShowWelfare, welfare.show, Who.READER),
    MemberVerb(of_welfare.SetWelfare, welfare.change, Who.READER),
    MemberVerb(of_reminders.ShowReminders, reminders.show, Who.MEMBER),
    MemberVerb(of_reminders.SetReminders, reminders.change, Who.MEMBER),
    MemberVerb(of_reminders.TryReminder, reminders.attempt, Who.MEMBER),
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
    if roles := _ROLES.get(verb.who):
        session.require(*roles)
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
