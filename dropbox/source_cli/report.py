# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-source report``: a first report, under a new codename."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from dropbox.forces import find_force
from dropbox.protocol.body import Report
from dropbox.protocol.codename import decode_codename, make_codename, stretch
from dropbox.protocol.constants import CATEGORIES
from dropbox.protocol.errors import CodenameError
from dropbox.words import codename_words

from . import terminal
from .sending import Interrupted, parts_of, send
from .service import Stop, open_service, read_text, service_options

_TRIES = 3


def _typed_back(entropy: bytes) -> None:
    """The person types the codename back. Raises Stop when it does not come."""
    words = codename_words()
    for left in range(_TRIES - 1, -1, -1):
        try:
            if decode_codename(terminal.ask_codename(), words) == entropy:
                return
            terminal.codename_back_wrong(left)
        except CodenameError as error:
            terminal.say(terminal.codename_error(error))
    raise Stop(terminal.REFUSED_CODENAME_BACK)


def _force_slug(force: str | None) -> str:
    if not force:
        return ""
    found = find_force(force)
    if found is None or not found.enabled:
        raise Stop("No police force of that name is in the list. Leave --force out when you are not sure.")
    return found.slug


@contextmanager
def _keeping(codename: tuple[str, ...], shown: bool) -> Iterator[None]:
    """Whatever stops the sending once something may be stored, the person keeps the codename and learns what to do."""
    try:
        yield
    except (Interrupted, KeyboardInterrupt) as stopped:
        terminal.say(terminal.KEEP_CODENAME)
        if not shown:
            terminal.say(f"    {' '.join(codename)}")
        terminal.say(terminal.SEND_WITH)
        if isinstance(stopped, Interrupted):
            raise stopped.reason from None
        raise


@click.command()
@service_options
@click.option("--unit", "slug", required=True, help="Slug of the unit that receives it; `units` lists them.")
@click.option("--force", help="The police force that it is about: slug, name or other name.")
@click.option(
    "--category", "chosen", multiple=True, required=True, type=click.Choice(CATEGORIES), help="Repeat for several."
)
@click.option("--text-file", required=True, metavar="FILE|-", help="The report as UTF-8 text; - reads standard input.")
@click.option("--attach", multiple=True, hidden=True, type=click.Path())
@click.option("--json", "as_json", is_flag=True)
def report(
    service: str,
    anchor_file: Path,
    socks: str | None,
    despite_clock: bool,
    slug: str,
    force: str | None,
    chosen: tuple[str, ...],
    text_file: str,
    attach: tuple[str, ...],
    as_json: bool,
) -> None:
    """Send a report, sealed to one unit, and get the codename that brings you back to the answers.

    Not from a police device or network, nor from one that the person you report controls.

    \b
    Example:
      dropbox-source report --service http://127.0.0.1:8000 --anchor service.anchor \\
        --unit demo-north --category discrimination --text-file report.txt
    """
    if attach:
        raise Stop(terminal.ATTACH_LATER)
    about = _force_slug(force)
    categories = tuple(name for name in CATEGORIES if name in chosen)
    pieces = parts_of(Report(read_text(text_file), categories, about))
    known = open_service(service, anchor_file, socks, despite_clock)
    entropy, codename = make_codename(secrets.token_bytes, codename_words())
    asked = terminal.interactive() and not as_json
    if asked:
        terminal.show_codename(codename)
        _typed_back(entropy)
    elif not as_json:
        click.echo(" ".join(codename))
    terminal.say("Making keys from the codename.")
    stretched = stretch(entropy, known.anchor.service_id)
    with _keeping(codename, shown=asked):
        sent = send(known, stretched, slug, pieces, about)
    if as_json:
        receipt = sent.receipt.encode().hex()
        click.echo(json.dumps({"codename": " ".join(codename), "unit": sent.slug, "receipt": receipt}))
    else:
        click.echo(f"{sent.slug}: receipt {sent.receipt.encode().hex()}")
        terminal.say(terminal.STORED)
