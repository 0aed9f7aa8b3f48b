# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk triage``: who takes new reports, and by which names a report may speak of a member."""

from pathlib import Path

import click

from journalist_ui.shapes.triage import SetTriage, Triage, TriageLine, TriageList

from .asking import ask_signed_in, json_option, session_option, show, show_done
from .terminal import inert


@click.command()
@click.argument("name", required=False)
@click.option("--on/--off", "on", default=None, help="Whether new reports open to the member.")
@click.option(
    "--known-as",
    "names",
    multiple=True,
    help="A surname or collar number: a report in which it occurs does not open to the member. Several times.",
)
@click.option("--known-as-nothing", "nothing", is_flag=True, help="Look for no name of the member any more.")
@session_option
@json_option
def triage(
    name: str | None, on: bool | None, names: tuple[str, ...], nothing: bool, session: Path, as_json: bool
) -> None:
    """List who takes new reports, or change it (administrators only).

    A report opens to the members who take new ones, but to none of whom it speaks. Where it speaks of all of them it
    opens to supervisors of whom it does not speak; where there are none it opens to all, with a mark.

    \b
    Examples:
      dropbox-desk triage --session ada.session
      dropbox-desk triage bob --known-as Smith --known-as 1234 --session ada.session
      dropbox-desk triage bob --off --session ada.session
    """
    if name is None:
        if on is not None or names or nothing:
            raise click.UsageError("Say whose.")
        show(ask_signed_in(session, Triage()), as_json, _listed)
        return
    if on is None and not names and not nothing:
        raise click.UsageError("Say --on, --off, --known-as or --known-as-nothing.")
    known_as = names if names or nothing else None
    show_done(ask_signed_in(session, SetTriage(name, on, known_as)), as_json, lambda one: [_line(one)])


def _listed(fields: TriageList) -> list[str]:
    return [_line(one) for one in fields.members] or ["No member opens cases."]


def _line(one: TriageLine) -> str:
    known = f"looked for as {', '.join(map(inert, one.known_as))}" if one.known_as else "no name is looked for"
    return f"{one.name}: {'takes' if one.triage else 'takes no'} new reports; {known}"
