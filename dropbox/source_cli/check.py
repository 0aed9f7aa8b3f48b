# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-source check``: come back and read."""

import json
from pathlib import Path

import click

from dropbox.flows.reading import FoundConversation
from dropbox.protocol.codename import decode_codename, stretch
from dropbox.words import codename_words

from . import terminal
from .sending import visit_patiently
from .service import open_service, service_options


def _values(found: FoundConversation, seconds: int) -> dict[str, object]:
    messages = [
        {
            "number": text.number,
            "kind": terminal.kind(text.type.name),
            "text": text.text,
            "day": terminal.day(text.period, seconds),
        }
        for text in found.texts
    ]
    return {"unit": found.unit.unit.slug, "collected": found.collected, "messages": messages}


@click.command()
@service_options
@click.option("--json", "as_json", is_flag=True)
def check(service: str, anchor_file: Path, socks: str | None, despite_clock: bool, as_json: bool) -> None:
    """Read what the units have answered; the codename is asked, or the first line of standard input.

    Reading acknowledges what was found, so that the unit need not post it again; the visit looks like any other.

    \b
    Example:
      dropbox-source check --service http://127.0.0.1:8000 --anchor service.anchor
    """
    known = open_service(service, anchor_file, socks, despite_clock)
    entropy = decode_codename(terminal.ask_codename(), codename_words())
    terminal.say("Making keys from the codename.")
    visited = visit_patiently(known, stretch(entropy, known.anchor.service_id), None)
    seconds = visited.judged.directory.policy.period
    if as_json:
        warnings = [
            {"code": one.code, "unit": one.slug, "text": terminal.warning_text(one)} for one in visited.judged.warnings
        ]
        conversations = [_values(found, seconds) for found in visited.conversations]
        click.echo(json.dumps({"conversations": conversations, "warnings": warnings}))
        return
    terminal.show_warnings(visited.judged)
    for found in visited.conversations:
        terminal.show_conversation(found, seconds)
    if not visited.conversations:
        click.echo(terminal.NOTHING_FOUND)
