# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-source reply``: write again under the same codename."""

import json
from pathlib import Path

import click

from dropbox.protocol.body import Report
from dropbox.protocol.codename import decode_codename, stretch
from dropbox.words import codename_words

from . import terminal
from .sending import Interrupted, parts_of, send
from .service import Stop, open_service, read_text, service_options


@click.command()
@service_options
@click.option("--unit", "slug", default="", help="May be left out when exactly one conversation is on the board.")
@click.option("--text-file", required=True, metavar="FILE|-", help="UTF-8 text; - reads what follows the codename.")
@click.option("--attach", multiple=True, hidden=True, type=click.Path())
@click.option("--json", "as_json", is_flag=True)
def reply(
    service: str,
    anchor_file: Path,
    socks: str | None,
    despite_clock: bool,
    slug: str,
    text_file: str,
    attach: tuple[str, ...],
    as_json: bool,
) -> None:
    """Answer the unit or add to the report; the codename is asked, or the first line of standard input.

    \b
    Example:
      dropbox-source reply --service http://127.0.0.1:8000 --anchor service.anchor --text-file answer.txt
    """
    if attach:
        raise Stop(terminal.ATTACH_LATER)
    known = open_service(service, anchor_file, socks, despite_clock)
    entropy = decode_codename(terminal.ask_codename(), codename_words())
    pieces = parts_of(Report(read_text(text_file)))
    terminal.say("Making keys from the codename.")
    try:
        sent = send(known, stretch(entropy, known.anchor.service_id), slug, pieces)
    except Interrupted as interrupted:
        terminal.say(terminal.SEND_AGAIN)
        raise interrupted.reason from None
    if as_json:
        click.echo(json.dumps({"unit": sent.slug, "receipt": sent.receipt.encode().hex()}))
    else:
        click.echo(f"{sent.slug}: receipt {sent.receipt.encode().hex()}")
        terminal.say(terminal.STORED)
