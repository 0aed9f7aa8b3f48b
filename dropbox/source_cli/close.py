# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-source close``: end a conversation under its codename."""

from pathlib import Path

import click

from dropbox.flows.trust import Judged
from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.codename import stretch
from dropbox.protocol.constants import CLOSE, CLOSE_OPTIONS
from dropbox.protocol.envelope_format import split_body
from dropbox.shown.days import DAY

from . import advice, terminal
from .codenames import ask_codename, show_option
from .outlet import before_sending, tell_sent, try_output
from .sending import send
from .service import Stop, open_service, read_text, service_options

BURN, YES = CLOSE_OPTIONS
LONG = "A message that closes a conversation has one part. Send a long text with `dropbox-source reply` first."
NEVER = "This service ends no conversation by itself. The unit is told that you want it closed."


@click.command()
@service_options
@click.option("--unit", "slug", default="", help="May be left out when exactly one unit has answered.")
@click.option("--burn", is_flag=True, help="Also ask the unit to delete what it may of what you sent.")
@click.option("--text-file", metavar="FILE|-", help="Last words: UTF-8 text; - reads what follows the codename.")
@show_option
@click.option("--json", "as_json", is_flag=True)
def close(
    service: str,
    anchor_file: Path,
    socks: str | None,
    despite_clock: bool,
    slug: str,
    burn: bool,
    text_file: str | None,
    shown: bool,
    as_json: bool,
) -> None:
    """Close the conversation; the codename is asked, or stands on the first line of standard input.

    It ends some days after the unit has the message, and any message that you send on a later day keeps it open. Then
    unread answers are withdrawn, and the unit's keys to the conversation are destroyed. What you sent stays with the
    unit, unless it deletes it: with --burn you ask for that, and nobody outside can check that it did. With --json as
    `reply`.

    \b
    Example:
      dropbox-source close --service http://127.0.0.1:8000 --anchor service.anchor
    """
    known = open_service(service, anchor_file, socks, despite_clock, as_json)
    entropy = ask_codename(text_follows=text_file == "-", shown=shown)
    text = read_text(text_file) if text_file else ""
    pieces = split_body(encode_body(Report(text, answers={CLOSE: (BURN if burn else YES,)})))
    if len(pieces) > 1:
        raise Stop(LONG)
    with before_sending():
        try_output()
        terminal.say("Making keys from the codename.")
        stretched = stretch(entropy, known.anchor.service_id)
        try_output()
    sent = send(known, stretched, slug, pieces)
    tell_sent(sent, as_json)
    if sent.stored != "yes":
        raise Stop(advice.unsent_text(sent))
    if sent.judged is not None:
        terminal.say(_ends(sent.judged))
    advice.say_come_back(sent.judged)


def _ends(judged: Judged) -> str:
    policy = judged.directory.policy
    days = policy.close_after * policy.period // DAY
    if not policy.close_after:
        return NEVER
    when = f"{days} days after the unit has it" if days else "soon after the unit has it"
    return f"The conversation ends {when}. A message of a later day, before that, keeps it open."
