# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything that the desk's commands say on a terminal, and how what a source wrote is kept inert there.

A source cannot move the cursor, reorder a line, hide a letter or fake a line of the desk's own: whatever is not plainly
visible stands as its code point, and each of its lines begins with a margin, also where the terminal would wrap it.
"""

import shutil
from collections.abc import Iterable

from dropbox.protocol import inert as inert_text
from dropbox.protocol.inert import MARGIN, margin, numbered
from journalist_ui.shapes.cases import CaseLine, StateSet
from journalist_ui.shapes.conversation import Case, Message
from journalist_ui.shapes.members import Leaving, MemberAdded, MemberLine
from journalist_ui.shapes.notices import ToldNotice
from journalist_ui.shapes.offline import BackupVerified, DeskMade, KeyringReplaced, VaultRestored
from journalist_ui.shapes.passphrases import PassphraseChanged
from journalist_ui.shapes.replies import Replied
from journalist_ui.shapes.sharing import CasesShared, SharePlan
from journalist_ui.shapes.upkeep import DeskStatus, EpochLine, Synced

WIDEST = 100


def _strict(text: str) -> str:
    """Stricter than a page: terminals measure odd spaces, and joiners inside emoji, each in its own way."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else numbered(letter) for letter in text)


def inert(text: str) -> str:
    """One line of a source's text, with everything that is not plainly visible as ⟦U+XXXX⟧."""
    return _strict(inert_text.inert_line(text))


def quoted(text: str) -> list[str]:
    """A source's text as lines with a margin: line ends and tabs are kept, all else that is not visible is shown."""
    width = max(min(shutil.get_terminal_size().columns, WIDEST), 20 + len(MARGIN))
    return margin(_strict(inert_text.inert(text)), width)


# --- results ---


def made(fields: DeskMade) -> list[str]:
    return [
        "The desk is made.",
        f"Enrolment file: {fields.enrolment}",
        f"Its fingerprint, to read out to whoever keeps the roots: {fields.fingerprint}",
        CODES.format(secret=fields.totp_secret),
        "Next: let the roots take the enrolment into the directory, then run `dropbox-desk serve`.",
    ]


def replaced(fields: KeyringReplaced) -> list[str]:
    return [
        "The desk has a new keyring. What the old one held is lost:",
        "- reports sealed to the desk's present keys that were not collected yet cannot be opened;",
        f"- {_count(fields.unanswerable, 'conversation')} can be answered only once the source has written again;",
        f"- {_count(fields.unsent, 'text')} {'waits' if fields.unsent == 1 else 'wait'} for that.",
        f"Enrolment file for `dropbox-keys unit rotate`: {fields.enrolment}",
        f"Its fingerprint: {fields.fingerprint}",
    ]


def synced(fields: Synced) -> list[str]:
    sent = "A batch was published." if fields.published else "No batch was due."
    return [f"{_count(fields.new, 'new message')}. {sent}"]


def case_lines(cases: tuple[CaseLine, ...]) -> list[str]:
    if not cases:
        return ["No cases."]
    rows = [("case", "state", "opened", "unread", "draft", "categories")]
    rows += [
        (
            str(one.case),
            one.state,
            one.opened,
            str(one.unread),
            one.draft,
            ", ".join(one.categories) or "none given",
        )
        for one in cases
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return ["  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[5]]) for row in rows]


def case(fields: Case) -> list[str]:
    lines = [f"Case {fields.case}, {fields.state}"]
    lines.append(f"Categories: {', '.join(fields.categories) or 'none given'}")
    lines += _told(fields)
    for message in fields.messages:
        lines += ["", *_message(message)]
    return lines


def _told(fields: Case | Message) -> list[str]:
    """Force and answers of a report, where it has them."""
    lines = [f"Force: {inert(fields.force)}"] if fields.force else []
    for name, answer in (fields.answers or {}).items():
        lines += [f"Answer to {inert(name)}:", *quoted(answer)]
    return lines


def _message(message: Message) -> list[str]:
    if message.sender == "source":
        head = f"Source, message {message.number}, {message.day}"
        if message.form:
            head += ": not in the form of a report; shown as it came"
        if message.categories:
            head += f", categories: {', '.join(message.categories)}"
    elif message.sender == "unproved":
        head = f"Message {message.number}, {message.day}: {UNPROVED}"
    else:
        number = f"text {message.number}" if message.number else "text not yet sent"
        head = f"Unit ({inert(message.author or '')}), {number}, {message.day}, {_STATES[message.state]}"
        head += f": {UNWRITTEN}" if message.proof == "unproved" else ""
    head += ", stored before proofs were kept" if message.proof == "before" else ""
    return [head, *_told(message), *quoted(message.text)]


_STATES = {
    "waiting": "waiting to be sent",
    "published": "published, not yet acknowledged",
    "read": "read by the source",
    "expired": "given up: nobody read it in time",
}


def marked(fields: StateSet) -> list[str]:
    return [f"Case {fields.case} is marked as {fields.state}, for all members."]


def replied(fields: Replied) -> list[str]:
    return [
        f"The text waits to be sent, in {_count(fields.parts, 'part')}. `dropbox-desk show` tells when it was read."
    ]


def status(fields: DeskStatus) -> list[str]:
    texts = fields.texts
    return [
        f"Desk of {inert(fields.name)} ({fields.unit or 'not listed by the service'})",
        f"Service: {fields.service}",
        f"Newest batch: {fields.published or 'none yet'}",
        f"Intake processed through: {fields.processed or 'none yet'}",
        f"Texts: {texts['waiting']} waiting, {texts['published']} published, {texts['read']} read, {texts['expired']} "
        "given up",
        f"Messages of which parts are missing: {fields.unfinished}",
        f"Board's words, to compare with another's: {fields.heads or 'none yet'}",
        f"Signed in: {fields.signed_in}",
        f"Backup: {fields.backup}{', the newest of ' + fields.backed_up if fields.backed_up else ''}",
    ]


def epochs(found: tuple[EpochLine, ...]) -> list[str]:
    if not found:
        return ["No epoch keys yet: they are made with the first batch."]
    return [f"epoch {one.epoch}: {one.first} to {one.last}, {one.state}" for one in found]


def members(found: tuple[MemberLine, ...]) -> list[str]:
    return [f"{one.name}: {', '.join(one.roles)}{NOT_YET if one.provisional else ''}" for one in found]


def member_added(fields: MemberAdded) -> list[str]:
    lines = [
        f"{fields.name} is a member: {', '.join(fields.roles)}.",
        "They sign in with that passphrase and no code, and make one of their own; until then nothing is open to them.",
    ]
    sharing = [f"After that an investigator shares cases with them: `dropbox-desk member share {fields.name}`."]
    return lines + sharing if "investigator" in fields.roles else lines


def changed(fields: PassphraseChanged) -> list[str]:
    return ["The passphrase is changed. Sign in again."]


def _count(number: int, one: str) -> str:
    """As in "1 part" and "2 parts"."""
    return f"{number:,} {one}{'' if number == 1 else 's'}"


def share_question(asked: SharePlan) -> str:
    left = f" {_count(asked.left, 'other case')} would stay closed to them." if asked.left else ""
    return f"{inert(asked.name)} cannot open {_count(asked.cases, 'case')} of yours.{left} Share {asked.cases}?"


def remove_question(asked: Leaving) -> str:
    return f"{inert(asked.name)} can open {_held(asked)}. Remove them?"


def _held(fields: Leaving) -> str:
    closed = f"{fields.closed:,} of which nobody else can: closed for good" if fields.closed else "all open to others"
    return _count(fields.cases, "case") + (f", {closed}" if fields.cases else "")


def removed(fields: Leaving) -> list[str]:
    return [f"Removed. They could open {_held(fields)}."]


def shared(fields: CasesShared) -> list[str]:
    opened = _count(fields.cases_opened, "case")
    lines = [f"Shared {_count(fields.cases_shared, 'case')}. {fields.name} can open {opened}."]
    if fields.cases_not_opened:
        stays = "stays" if fields.cases_not_opened == 1 else "stay"
        lines.append(
            f"{_count(fields.cases_not_opened, 'case')} {stays} closed to them: let a member who can open these run "
            f"`dropbox-desk member share {fields.name}`."
        )
    return lines


def verified(fields: BackupVerified) -> list[str]:
    return [
        f"{fields.file}{_of_day(fields)} is whole: {_count(fields.cases, 'case')}, "
        f"{_count(fields.members, 'member')}, {_count(fields.audit, 'row')} of the audit log."
    ]


def _of_day(fields: BackupVerified | VaultRestored) -> str:
    return f" of {fields.day}" if fields.day else ""


def restored(fields: VaultRestored) -> list[str]:
    kept = "The keyring was kept as it was." if fields.keyring else "There is no keyring here."
    following = "Start `dropbox-desk serve`" if fields.keyring else "Run `dropbox-desk replace-keyring`, then serve"
    return [
        f"Restored from {fields.file}{_of_day(fields)}. {kept}",
        f"{following}: it collects again what the service still has.",
        "Lost: texts not yet sent when the backup was made, and answers written since. Look at each case.",
    ]


def notices(found: Iterable[ToldNotice]) -> list[str]:
    return [f"Notice ({one.code}): {inert(one.say)}" for one in found]


UNPROVED = "NOT PROVED TO BE FROM THE SOURCE; do not act on it, and tell whoever oversees this desk"
UNWRITTEN = "NOT PROVED TO BE WRITTEN AT THIS DESK; tell whoever oversees it"
SHARE_HOW = (
    "This shares every case that you can open. Name cases with --case, or say --all --yes where nobody can be asked. "
    "Nothing was shared."
)
LOGGED_IN = "Signed in."
LOCKED = "Locked."
CAME_FIRST = "Signed in with your first passphrase. Make one of your own now: `dropbox-desk member passphrase`."
NOT_YET = " (has not made a passphrase of their own yet)"
CODES = "One-time codes, to put into an authenticator app now: {secret}"
NOT_IN_FORCE = (
    "Nothing is changed yet. Type a code of them: `dropbox-desk member confirm`. Until then the old passphrase and "
    "codes work; `member confirm --show` prints the secret again."
)
NO_CODES = "No new codes wait to be confirmed. Ask for them: `dropbox-desk member passphrase --new-code`."
CONFIRMED = "The new passphrase and codes are in force. Sign in again."
ASK_FOR_NEW_CODE = "A code of the new secret"
ASK_FOR_DESK = "Desk passphrase"
ASK_FOR_MEMBER = "Member's passphrase"
ASK_FOR_FIRST = "The new member's first passphrase"
ASK_FOR_NEW = "New passphrase"
ASK_FOR_CODE = "One-time code (empty with a first passphrase)"
START_DESK = "No desk runs on this vault. Start it with `dropbox-desk serve`."
OTHER_FILE = "{path} is no session file. It was left as it is: name another for --session."
NO_SESSION = "The session file {path} cannot be read. Sign in with `dropbox-desk login`."
NO_BACKUP_SAID = "No backup is configured: if this desk's disk fails, every case is lost."
GIVE_UP_FIRST = (
    "This gives up everything the keyring holds. If its file is lost or damaged for good, say so with --give-up-old."
)
STORAGE = "The desk's files could not be used ({error}). Check the folder, its room and permissions."
