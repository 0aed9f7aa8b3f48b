# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk``: the unit desk on the command line."""

import click

from dropbox.command_line.lazy_group import Lazy, LazyGroup
from journalist_ui.refusals import DeskRefused

STORAGE = "The desk's files could not be used ({error}). Check the folder, its room and permissions."

_VERBS = {
    "init": ("desk", "Make a desk: vault, keyring, first member, enrolment file."),
    "serve": ("serve", "Run the desk: collect, acknowledge and publish by itself."),
    "login": ("sessions", "Sign in with passphrase and one-time code."),
    "lock": ("sessions", "End your session and remove its file."),
    "sync": ("upkeep", "Fetch, open, acknowledge and publish what is due now."),
    "cases": ("cases", "List the cases that you can open."),
    "totals": ("totals", "Say about how many cases there are, if you open none."),
    "show": ("conversation", "Show a case: the report and the conversation."),
    "state": ("cases", "Mark a case as new or as being assessed."),
    "outcome": ("outcomes", "Set the outcome of a case."),
    "closing": ("closings", "Answer a source who closes the conversation."),
    "decide": ("decisions", "Decide on referral or on CHIS status."),
    "refer": ("referrals", "Refer a case to another unit."),
    "referrals": ("referrals", "List the cases that were referred, and what became of it."),
    "declare": ("conflicts", "Say whether anything keeps you from a case."),
    "exclude": ("conflicts", "Let a member go of a case."),
    "kept-from": ("conflicts", "Say who opens a case, and from whom it is kept."),
    "urgent": ("handling", "Say that somebody is at risk in a case, or no more."),
    "assign": ("handling", "Give a case to members."),
    "link": ("links", "Link two cases that you can open."),
    "unlink": ("links", "Take a link of two cases back."),
    "note": ("notes", "Add a note to a case."),
    "tag": ("tags", "Add tags to a case, or take some away."),
    "junk": ("handling", "Set cases aside that are no reports."),
    "unjunk": ("handling", "Put cases that were set aside back into the inbox."),
    "close": ("handling", "Close cases."),
    "reopen": ("handling", "Put closed cases back into the inbox."),
    "mute": ("handling", "Leave a case out where the desk says that something waits."),
    "unmute": ("handling", "Count a case again where the desk says that something waits."),
    "flood": ("flood", "What came on a flooded day: list it, take out, set aside."),
    "triage": ("triage", "Say who takes new reports, and whose names are looked for."),
    "file": ("files", "Look at a file of a case, or take it out of the desk."),
    "contact": ("contact", "Have the contact details that a source left opened, and read them."),
    "contact-key": ("contact_key", "The unit's key for contact details: make it, share it."),
    "reply": ("replies", "Write to the source."),
    "ask": ("questions", "Ask the source of a case questions."),
    "questions": ("questions", "Sets of questions kept ready for any source."),
    "canned": ("canned", "Texts kept ready for any source."),
    "member": ("members", "List, add, remove members; let one open cases."),
    "proposals": ("proposals", "List what takes two people and was asked for."),
    "approve": ("proposals", "Approve what another member asked for."),
    "refuse": ("proposals", "Refuse what was asked for, or take it back."),
    "recovery": ("recovery", "Print recovery sheets, and use two of them."),
    "welfare": ("welfare", "Say whether pages of files are blurred for you first."),
    "excerpts": ("excerpts", "Say whether lists show you how reports begin."),
    "notify": ("reminders", "Say where reminders by mail go to you, and try one."),
    "epoch": ("upkeep", "List the epochs whose keys the desk holds."),
    "status": ("upkeep", "Say how the desk is, and what officers must be told."),
    "backup": ("backups", "Write a backup of the vault, never of the keyring."),
    "restore": ("backups", "Put the newest backup in the vault's place."),
    "audit": ("audit", "List what was done, as far as it is yours to know."),
    "verify-audit": ("audit", "Check that the audit log is the one that was published."),
    "verify-backup": ("backups", "Check a backup, every page."),
    "replace-keyring": ("desk", "Make a new keyring where the old one is lost."),
}
"""Module and first line of each."""


def _lazy(verb: str) -> Lazy:
    module, short = _VERBS[verb]
    return Lazy(f"journalist_ui.cli.{module}", verb.replace("-", "_"), short)


def _words(error: Exception) -> str | None:
    if isinstance(error, DeskRefused):
        return error.say
    # Named by its package, so that a verb which only asks the running desk need not load a database library.
    if type(error).__module__.partition(".")[0] == "sqlalchemy":
        return STORAGE.format(error=type(error).__name__)
    return None


@click.group(
    "dropbox-desk",
    cls=LazyGroup,
    words=_words,
    head="",
    lazy={verb: _lazy(verb) for verb in _VERBS},
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
def main() -> None:
    """A unit's desk: collects sealed reports, opens them for its members, carries the answers back.

    Commands end with 0 when done, 1 when refused (with one line that says what to do), 2 on bad usage. Secrets are
    asked for, or read from stdin or a file descriptor; never from arguments or the environment.
    """
