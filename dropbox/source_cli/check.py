# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-source check``: come back and read."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from dropbox.flows.source.reading import FoundConversation, Reading
from dropbox.flows.trust import Warned
from dropbox.protocol.codename import stretch
from dropbox.protocol.constants import EntryType
from dropbox.protocol.directory import Directory
from dropbox.protocol.reading import WholeText

from . import advice, terminal
from .answers import question_values
from .codenames import ask_codename, show_option
from .conversations import conversation_lines
from .heads import MOST_VISITS, compare_heads
from .outlet import Printed, before_sending, try_output
from .sending import read_patiently
from .service import open_service, service_options


def _values(found: FoundConversation, directory: Directory) -> dict[str, object]:
    day = terminal.day(found.unit.newest, directory.policy.period)
    messages = [_message(text, day) for text in found.texts]
    unit = found.unit.unit
    following = directory.successor_of(unit)
    return {
        "unit": unit.slug,
        "collected": found.collected,
        "more": found.more,
        "promised_days": unit.promised_days if found.collected else 0,
        "first_words": dict(unit.first_words) if found.collected else {},
        "messages": messages,
        "successor": None if following is None else {"unit": following.slug, "name": following.name},
    }


def _message(text: WholeText, day: str) -> dict[str, object]:
    """What each type has beside its words, and what is not readable, says so."""
    values: dict[str, object] = {
        "number": text.number,
        "kind": terminal.kind(text.type.name),
        "text": text.text,
        "day": day,
    }
    if not text.readable:
        return {**values, "form": "unreadable"}
    if text.type is EntryType.QUESTIONS:
        return {**values, "questions": [question_values(text.number, one) for one in text.questions]}
    if text.offer:
        return {**values, "offer": {"unit": text.offer.slug, "reference": text.offer.reference}}
    return {**values, "kinds": text.kinds} if text.kinds else values


@click.command()
@service_options
@click.option(
    "--heads", is_flag=True, help="Ask for no codename: print the newest heads of the board, to compare with others."
)
@click.option(
    "--visits",
    type=click.IntRange(1, MOST_VISITS),
    default=1,
    show_default=True,
    help="With --heads: so many visits, behind Tor each by its own circuit; exit 1 unless all were shown the same.",
)
@show_option
@click.option("--json", "as_json", is_flag=True)
def check(
    service: str,
    anchor_file: Path,
    socks: str | None,
    despite_clock: bool,
    heads: bool,
    visits: int,
    shown: bool,
    as_json: bool,
) -> None:
    """Read what the units have answered; the codename is asked, or stands on the first line of standard input.

    Reading acknowledges what was found, so that the unit need not post it again; the visit looks like any other. What
    was found is shown before it is known what becomes of that: let the command end by itself. Where the service takes
    nothing there is a warning, not-acknowledged. With --json all of it comes at the end.

    \b
    Example:
      dropbox-source check --service http://127.0.0.1:8000 --anchor service.anchor
      dropbox-source check --service http://127.0.0.1:8000 --anchor service.anchor --heads
    """
    known = open_service(service, anchor_file, socks, despite_clock, as_json)
    if heads:
        compare_heads(known, visits, as_json)
        return
    if visits > 1:
        raise click.UsageError("--visits goes with --heads.")
    entropy = ask_codename(shown=shown)
    with before_sending():
        try_output()
        terminal.say("Making keys from the codename.")
        stretched = stretch(entropy, known.anchor.service_id)
        try_output()
    printed = Printed(_text)
    visited, warnings = read_patiently(known, stretched, None if as_json else printed.show)
    if as_json:
        # One line, and its warnings say what became of the envelope.
        printed = Printed(lambda _: _json(visited, warnings))
    printed.end(visited)
    if not as_json:
        terminal.show_warnings(warnings)
    advice.say_come_back(visited.judged, warnings)


def _json(visited: Reading, warnings: Sequence[Warned]) -> str:
    listed = visited.judged.directory.directory
    told = [{"code": one.code, "unit": one.slug, "text": terminal.warning_text(one)} for one in warnings]
    return json.dumps({"conversations": [_values(one, listed) for one in visited.conversations], "warnings": told})


def _text(reading: Reading) -> str:
    listed = reading.judged.directory.directory
    lines = [line for found in reading.conversations for line in conversation_lines(found, listed)]
    return "\n".join(lines) or terminal.NOTHING_FOUND
