# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-source accept-referral``: go on with the unit to which another one has referred the matter."""

import re
from pathlib import Path

import click

from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.codename import stretch
from dropbox.protocol.constants import ACCEPTS, REFERENCE
from dropbox.protocol.envelope_format import split_body

from . import advice, terminal
from .codenames import ask_codename, show_option
from .outlet import before_sending, tell_sent, try_output
from .sending import send
from .service import Stop, open_service, read_text, service_options

LONG = "What follows a referral has one part. Shorten the text; what is left goes with `dropbox-source reply` after it."
WRONG = "--reference is the 32 digits and letters that `dropbox-source check` shows with the referral."
_REFERENCE = re.compile(rf"[0-9a-f]{{{2 * REFERENCE}}}")


def check_reference(reference: str) -> str:
    """As it is sent. Raises Stop."""
    plain = "".join(reference.split()).lower()
    if not _REFERENCE.fullmatch(plain):
        raise Stop(WRONG)
    return plain


@click.command("accept-referral")
@service_options
@click.option("--unit", "slug", required=True, help="The unit that the referral names.")
@click.option("--reference", required=True, help="As `check` shows it with the referral.")
@click.option("--text-file", metavar="FILE|-", help="A message with it: UTF-8 text; - reads what follows the codename.")
@show_option
@click.option("--json", "as_json", is_flag=True)
def accept_referral(
    service: str,
    anchor_file: Path,
    socks: str | None,
    despite_clock: bool,
    slug: str,
    reference: str,
    text_file: str | None,
    shown: bool,
    as_json: bool,
) -> None:
    """Go on with the unit to which another one has referred what you reported, under the same codename; it is asked, or
    stands on the first line of standard input.

    That unit then learns that you are the one whom the other unit speaks of, and can ask you itself. Both units know
    that the other one has a conversation with you. To go on under a new codename, report to it anew with
    `report --accepts REFERENCE`. With --json as `reply`.

    \b
    Example:
      dropbox-source accept-referral --service http://127.0.0.1:8000 --anchor service.anchor \\
        --unit demo-north --reference 00112233445566778899aabbccddeeff
    """
    plain = check_reference(reference)
    known = open_service(service, anchor_file, socks, despite_clock, as_json)
    entropy = ask_codename(text_follows=text_file == "-", shown=shown)
    text = read_text(text_file) if text_file else ""
    pieces = split_body(encode_body(Report(text, answers={ACCEPTS: plain})))
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
    advice.say_come_back(sent.judged)
