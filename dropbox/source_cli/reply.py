# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-source reply``: write again under the same codename."""

from pathlib import Path

import click

from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.codename import stretch
from dropbox.protocol.errors import BadBody

from . import advice, terminal
from .answers import read_answers
from .attaching import attach as attach_files, attach_options
from .codenames import ask_codename, show_option
from .contact import contact_option, pieces_with, read_contact
from .outlet import before_sending, tell_sent, try_output
from .sending import send
from .service import Stop, open_service, read_text, service_options


@click.command()
@service_options
@click.option("--unit", "slug", default="", help="May be left out when exactly one unit has answered.")
@click.option("--text-file", metavar="FILE|-", help="UTF-8 text; - reads what follows the codename.")
@click.option("--answers-file", metavar="FILE", help="Answers to the unit's questions, as JSON: see below.")
@contact_option
@attach_options
@show_option
@click.option("--json", "as_json", is_flag=True)
def reply(
    service: str,
    anchor_file: Path,
    socks: str | None,
    despite_clock: bool,
    slug: str,
    text_file: str | None,
    answers_file: str | None,
    contact_file: str | None,
    attach: tuple[str, ...],
    as_it_is: bool,
    keep_names: bool,
    shown: bool,
    as_json: bool,
) -> None:
    """Answer the unit or add to the report; the codename is asked, or stands on the first line of standard input.

    A file of answers is one JSON object: the id of each question, as check names it, with a text, a list of the ids of
    options (or of yes, no, unsure), the word "would-identify", or null to skip it. A text may go with it, files with
    --attach and contact details with --contact-file, as with `report`. With --json the line ends with receipt and
    stored: yes, perhaps or no, the last two with exit 1.

    \b
    Example:
      dropbox-source reply --service http://127.0.0.1:8000 --anchor service.anchor --text-file answer.txt
      dropbox-source reply --service http://127.0.0.1:8000 --anchor service.anchor --answers-file answers.json
    """
    if not any((text_file, answers_file, attach, contact_file)):
        raise click.UsageError("Give --text-file, --answers-file, --contact-file or --attach.")
    known = open_service(service, anchor_file, socks, despite_clock, as_json)
    entropy = ask_codename(text_follows=text_file == "-", shown=shown)
    answers = read_answers(answers_file) if answers_file else {}
    if not answers and not any((text_file, attach, contact_file)):
        raise Stop("Every question is skipped, so there is nothing to send.")
    text, ask = read_text(text_file) if text_file else "", terminal.interactive() and not as_json
    files = attach_files(attach, known.anchor.service_id, as_it_is=as_it_is, keep_names=keep_names, ask=ask)
    report, said = _checked(Report(text, answers=answers, files=files.files)), read_contact(contact_file)
    pieces, contact = pieces_with(report, files, said)
    with before_sending():
        try_output()
        terminal.say("Making keys from the codename.")
        stretched = stretch(entropy, known.anchor.service_id)
        try_output()
    sent = send(known, stretched, slug, pieces, attached=files.attached(), contact=contact)
    tell_sent(sent, as_json)
    if sent.stored != "yes":
        raise Stop(advice.unsent_text(sent))
    advice.say_come_back(sent.judged)


def _checked(report: Report) -> Report:
    """Raises Stop where an answer cannot be sent."""
    try:
        encode_body(report)
    except BadBody:
        raise Stop("An answer is in no form that can be sent: ids have small letters, digits and hyphens.") from None
    return report
