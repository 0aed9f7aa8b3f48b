# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk show``: read a case."""

from collections.abc import Sequence
from pathlib import Path

import click

from dropbox.command_line.output import check_output
from dropbox.command_line.refused import OutputLost
from dropbox.questions.told import told
from dropbox.shown.told import meanings
from journalist_ui.shapes.conversation import Case, Message, Show
from journalist_ui.shapes.questions import AskedLine
from journalist_ui.words.contact_key import BROUGHT, ERASED, OPENED, STATES as CONTACT_STATES
from journalist_ui.words.decisions import decided, prompts
from journalist_ui.words.deliveries import delivery
from journalist_ui.words.files import STATES as FILE_STATES
from journalist_ui.words.outcomes import TAKEN_BACK, outcome as in_words
from journalist_ui.words.owed import OWED
from journalist_ui.words.questions import STATES
from journalist_ui.words.referrals import accepts, came
from journalist_ui.words.shelves import SHELVES

from .asking import ask_signed_in, json_option, session_option, show_read
from .referrals import referral_words
from .terminal import inert, quoted

UNPROVED = "NOT PROVED TO BE FROM THE SOURCE; do not act on it, and tell whoever oversees this desk"
NOT_ALL = "Not all of the case could be printed, and it counts as shown to you: show it again, and read it to its end."
FLAGS = {
    "urgent": "URGENT: somebody is at risk",
    "conflict": "Its messages speak of everybody who takes new reports",
    "muted": "Not counted where the desk says that something waits",
}
UNWRITTEN = "NOT PROVED TO BE WRITTEN AT THIS DESK; tell whoever oversees it"


@click.command()
@click.argument("case", type=click.IntRange(min=1))
@session_option
@json_option
def show(case: int, session: Path, as_json: bool) -> None:
    """Show a case: the report, and the conversation with the state of each text.

    What a source wrote stands behind a margin; what is not plainly visible in it stands as its code point. All of it
    counts as shown to you, also where another program takes what is printed.

    \b
    Examples:
      dropbox-desk show 3 --session ada.session
      dropbox-desk show 3 --session ada.session --json
    """
    # What nobody can read is not to count as shown.
    check_output()
    found = ask_signed_in(session, Show(case)).case
    try:
        show_read(found, as_json, words_of)
    except OutputLost as lost:
        raise OutputLost(f"{NOT_ALL} {lost.say}") from None


def words_of(fields: Case) -> list[str]:
    """What is read, and at the end what happened."""
    lines = [f"Case {fields.case}, {fields.state}"]
    lines.append(f"Categories: {', '.join(fields.categories) or 'none given'}")
    lines += _handled(fields)
    lines += _closing(fields)
    lines += [came(fields.referred)] if fields.referred else []
    lines += [accepts(fields.accepts)] if fields.accepts else []
    lines += [line for left in fields.referrals for line in ("", *referral_words(left))]
    lines += _owed(fields)
    lines += _told(fields)
    for message in fields.messages:
        lines += ["", *_message(message, fields.questions)]
    lines += ["", "What the source was asked:"] if fields.questions else []
    for one in fields.questions:
        brought = f", message {one.message}" if one.message else ""
        lines += [*quoted(one.ask), f"{one.id}: {STATES[one.state]}{brought}"]
    lines += ["", CONTACT_STATES[fields.contact]] if fields.contact != "none" else []
    lines += [*_files(fields), *_decided(fields), *_linked(fields)]
    for note in fields.notes:
        corrects = f", corrects note {note.corrects}" if note.corrects else ""
        lines += ["", f"Note {note.note}, {inert(note.by) or 'not readable'}, {note.day}{corrects}", *quoted(note.text)]
    lines += ["", "What happened:"] if fields.timeline else []
    lines += [f"{one.day} {one.time or '     '}  {inert(one.what)}" for one in fields.timeline]
    return lines


def _handled(fields: Case) -> list[str]:
    """What members have said of it."""
    lines = [FLAGS[flag] for flag in fields.flags]
    lines += [f"Assigned to: {', '.join(fields.assigned)}"] if fields.assigned else []
    lines += [f"Tags: {', '.join(map(inert, fields.tags))}"] if fields.tags else []
    told = "it is released to the source" if fields.told else "the source is not told yet"
    lines += [f"Outcome: {in_words(fields.outcomes)}; {told}"] if fields.outcomes else []
    return lines + ([SHELVES[fields.shelf]] if fields.shelf else [])


def _closing(fields: Case) -> list[str]:
    """That the source closes it."""
    found = fields.closing
    if found is None:
        return []
    ends = f"It ends on {found.ends}, unless they write before." if found.ends else ""
    ends = "The service ends none by itself." if found.never else ends
    lines = [f"The source closes this conversation. {'It is closed.' if found.closed else ends}".rstrip()]
    return lines + (["They ask the unit to delete what it may."] if found.burn else [])


def _owed(fields: Case) -> list[str]:
    """What it asks of its members, and what speaks for a referral."""
    due = fields.due or {}
    said = (OWED[act] + (f" by {due[act]}" if act in due else "") for act in fields.owed)
    lines = [f"Owed: {', '.join(said)}"] if fields.owed else []
    return lines + [f"{one}: referral is asked for" for one in prompts(fields.categories) if "referral" in fields.owed]


def _files(fields: Case) -> list[str]:
    """What its messages brought; none of it is opened here."""
    lines = (
        ["", "Files; `dropbox-desk file preview` shows what is in one, `file export` takes it out:"]
        if fields.files
        else []
    )
    for one in fields.files:
        lines.append(
            f"  {one.file}. {inert(one.name)}, {inert(one.type)}, {one.size:,} bytes, of message {one.message}"
        )
        lines.append(f"     {FILE_STATES[one.state]}{f', SHA-256 {one.hash}' if one.hash else ''}")
    return lines


def _linked(fields: Case) -> list[str]:
    lines = []
    for one in fields.links:
        proof = "" if one.proved else f": {UNWRITTEN}"
        lines += ["", f"Linked to case {one.case}, {inert(one.by)}, {one.day}{proof}", *quoted(one.reason)]
    return lines


def _decided(fields: Case) -> list[str]:
    """Every decision, and every setting of its outcome."""
    lines = []
    for made in fields.decisions:
        lines += ["", f"{decided(made.what, made.answer)}, {inert(made.by) or 'not readable'}, {made.day}"]
        lines += quoted(made.reason) if made.reason else []
    for one in fields.outcome_history:
        head = f"Outcome: {in_words(one.kinds)}" if one.kinds else TAKEN_BACK
        lines += [
            "",
            f"{head}, {inert(one.by) or 'not readable'}, {one.day}",
            *(quoted(one.reason) if one.reason else []),
        ]
        lines += ["To tell the source:", *quoted(one.say)] if one.say else []
        lines += [f"Released to the source on {one.released}"] if one.released else []
    return lines


def _told(fields: Case | Message, asked: Sequence[AskedLine] = ()) -> list[str]:
    """Force and answers of a report, where it has them."""
    lines = [f"Force: {inert(fields.force)}"] if fields.force else []
    for one in told(fields.answers, asked):
        title = inert(one.title)
        lines += [f"{title}:", *quoted(one.words)] if one.own else [f"{title}: {inert(one.words)}"]
    return lines


def _message(message: Message, asked: Sequence[AskedLine]) -> list[str]:
    if message.sender == "source":
        head = f"Source, message {message.number}, {message.day}"
        if message.form:
            head += ": not in the form of a report; shown as it came"
        if message.categories:
            head += f", categories: {', '.join(message.categories)}"
    elif message.sender == "unproved":
        head = f"Message {message.number}, {message.day}: {UNPROVED}"
    else:
        number = f"{message.kind} {message.number}" if message.number else f"{message.kind} not yet sent"
        head = f"Unit ({inert(message.author or '')}), {number}, {message.day}, {delivery(message).line}"
        head += f", authorised by {inert(message.officer)} ({inert(message.authorisation)})" if message.officer else ""
        head += f": {UNWRITTEN}" if message.proof == "unproved" else ""
    head += ", stored before proofs were kept" if message.proof == "before" else ""
    head += f": {ERASED}" if message.proof == "erased" else f": {BROUGHT[message.contact]}" if message.contact else ""
    told = [OPENED] if message.kind == "contact-opened" else meanings(message.kinds)
    return [head, *_told(message, asked), *quoted("\n".join([*told, message.text] if message.text else told or [""]))]
