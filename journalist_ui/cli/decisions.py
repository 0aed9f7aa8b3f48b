# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk decide``: what each case asks its members to decide."""

from pathlib import Path

import click

from journalist_ui.shapes.decisions import Decide, DecisionKept
from journalist_ui.words.decisions import ASKED, decided

from .asking import ask_signed_in, json_option, read_text, session_option, show_done
from .handling import case_argument


@click.command()
@case_argument
@click.option("--what", required=True, type=click.Choice(list(ASKED)), help="What is decided.")
@click.option("--answer", required=True, type=click.Choice(["yes", "no"]), help="What is decided of it.")
@click.option("--reason-file", required=True, help='Why: a UTF-8 text file, or "-" for stdin.')
@session_option
@json_option
def decide(case: int, what: str, answer: str, reason_file: str, session: Path, as_json: bool) -> None:
    """Decide in a case, for all members, with the reason. Another answer replaces it, and both stay with the case.

    referral: whether the case is referred to IOPC, PIRC, Police Ombudsman or the local policing body. Every case asks
    it by the end of the day after its report; say in the reason to whom, or why to nobody.

    chis: the CHIS status of the source. It is asked when the source has written a third time with a text of the unit
    between, and after each text of the unit that asks about what is to come. yes: the source is, or may become, one,
    and those who authorise that were told; no: it is not.

    \b
    Examples:
      dropbox-desk decide 482913 --what referral --answer yes --reason-file why.txt --session ada.session
      dropbox-desk decide 482913 --what chis --answer no --reason-file - --session ada.session
    """
    reason = read_text(reason_file, session).rstrip("\n")
    show_done(ask_signed_in(session, Decide(case, what, answer, reason)), as_json, _kept)


def _kept(fields: DecisionKept) -> list[str]:
    return [f"Case {fields.case}: {decided(fields.what, fields.answer)}."]
