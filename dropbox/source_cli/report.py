# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-source report``: a first report, under a new codename."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from dropbox.command_line.output import say_once
from dropbox.flows.source.message import Sent
from dropbox.flows.source.visit import Contact
from dropbox.forces import find_force
from dropbox.protocol.body import Report
from dropbox.protocol.codename import make_codename, stretch
from dropbox.protocol.constants import ACCEPTS, CATEGORIES
from dropbox.questions import is_independent
from dropbox.words import codename_words

from . import advice, terminal
from .accept_referral import LONG, check_reference
from .attaching import Attaching, attach as attach_files, attach_options
from .codenames import show_codename, typed_back
from .contact import contact_option, pieces_with, read_contact
from .hinted import hinted
from .outlet import JsonLine, before_sending, end_told, try_output
from .questions import Answers, answer_options, ask_questions, given_answers
from .sending import send
from .service import Stop, open_service, read_text, service_options


def _force_slug(force: str | None) -> str:
    if not force:
        return ""
    found = find_force(force)
    if found is None or not found.enabled:
        raise Stop("No police force of that name is in the list. Leave --force out when you are not sure.")
    return found.slug


def _accepted(reference: str | None) -> Answers:
    """That the report follows a referral. Raises Stop."""
    return {ACCEPTS: check_reference(reference)} if reference else {}


def _pieces(
    text: str,
    chosen: Sequence[str],
    force: str,
    answers: Answers,
    attaching: Attaching,
    *,
    asking: bool,
    slug: str,
    said: str,
) -> tuple[tuple[bytes, ...], Contact | None]:
    """The parts of the report, and contact details that go with it; ``asking``: with what a person answers now. Raises
    TooLong, Stop."""
    answers = ask_questions(answers) if asking else answers
    if is_independent(answers):
        terminal.say(terminal.PAST_THE_UNIT)
    elif len(answers.get("forces") or ()) > 1:
        terminal.say(terminal.ONE_UNIT.format(slug=slug))
    categories = tuple(name for name in CATEGORIES if name in chosen)
    found, contact = pieces_with(Report(text, categories, force, answers, attaching.files), attaching, said)
    if ACCEPTS in answers and len(found) > 1:
        raise Stop(LONG)
    return found, contact


@contextmanager
def _given(codename: str, entropy: bytes, slug: str, as_json: bool) -> Iterator[Callable[[Sent], None]]:
    """The codename where somebody can have seen it, before anything leaves; then what became of the report is told
    there. Raises Stop."""
    asked = terminal.interactive() and not as_json
    with before_sending():
        try_output(read_by_somebody=not asked)
        line = JsonLine(codename=codename, unit=slug) if as_json else None
        if asked:
            show_codename(codename.split(" "))
            typed_back(entropy)
        elif not line:
            say_once(codename)

    def tell(sent: Sent) -> None:
        receipt = sent.receipt.encode().hex() if sent.receipt else None
        if sent.stored == "perhaps":
            terminal.say(terminal.KEEP_CODENAME)
            if not asked:
                terminal.say(f"    {codename}")
            terminal.say(terminal.SEND_WITH)
        if line:
            line.close(sent, receipt=receipt, stored=sent.stored)
        elif receipt:
            end_told(sent, f"{sent.slug}: receipt {receipt}")
            terminal.say(terminal.STORED)

    try:
        yield tell
    finally:
        # Nothing was sent if nothing was told of it.
        if line:
            line.close(Sent(slug, "no"), receipt=None, stored="no")


@click.command()
@service_options
@click.option("--unit", "slug", required=True, help="Slug of the unit that receives it; `units` lists them.")
@click.option("--force", help="The police force that it is about: slug, name or other name.")
@click.option(
    "--category", "chosen", multiple=True, required=True, type=click.Choice(CATEGORIES), help="Repeat for several."
)
@click.option("--text-file", required=True, metavar="FILE|-", help="The report as UTF-8 text; - reads standard input.")
@answer_options
@contact_option
@attach_options
@click.option("--accepts", metavar="REFERENCE", help="Follow a referral that `check` showed, under a new codename.")
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
    answered: tuple[str, ...],
    withheld: tuple[str, ...],
    contact_file: str | None,
    attach: tuple[str, ...],
    as_it_is: bool,
    keep_names: bool,
    accepts: str | None,
    as_json: bool,
) -> None:
    """Send a report, sealed to one unit, and get the codename that brings you back to the answers.

    Not from a police device or network, nor from one that the person you report controls. The codename is printed
    before anything is sent; where it cannot have been seen, nothing is. At a terminal you are asked what the pages ask
    too, and can skip each question. Also where an answer names several forces, the report goes to --unit alone: to tell
    the units of the others, run this again for each. With --json one line begins with codename and unit and ends, after
    the visit, with receipt and stored: yes, perhaps or no, the last two with exit 1.

    Files go with --attach: what each tells of its making is said first; pictures go without it, unless --as-it-is. That
    files are sent can be seen. With --contact-file goes how you can be reached, sealed apart, for two people of the
    unit to open; `units` says which units take none.

    \b
    Example:
      dropbox-source report --service http://127.0.0.1:8000 --anchor service.anchor \\
        --unit demo-north --category discrimination --text-file report.txt
    """
    about, answers = _force_slug(force), {**given_answers(answered, withheld), **_accepted(accepts)}
    # Whatever else is wrong is said before anybody types a report.
    known = open_service(service, anchor_file, socks, despite_clock, as_json)
    asking = terminal.interactive() and not as_json
    text = hinted(read_text(text_file))
    files = attach_files(attach, known.anchor.service_id, as_it_is=as_it_is, keep_names=keep_names, ask=asking)
    said = read_contact(contact_file)
    pieces, contact = _pieces(text, chosen, about, answers, files, asking=asking, slug=slug, said=said)
    entropy, words = make_codename(secrets.token_bytes, codename_words())
    codename = " ".join(words)
    with _given(codename, entropy, slug, as_json) as tell:
        if not as_json:
            # The first half of the line stands there already.
            terminal.say("Making keys from the codename.")
        stretched = stretch(entropy, known.anchor.service_id)
        with before_sending():
            try_output()
        sent = send(known, stretched, slug, pieces, about, files.attached(), contact)
        tell(sent)
    if sent.stored != "yes":
        raise Stop(advice.unsent_text(sent, about))
    advice.say_come_back(sent.judged)
