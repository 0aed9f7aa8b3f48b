# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk recovery``: sheets of which two of three bring a desk back to people."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click
import segno

from dropbox.command_line.output import say_once
from dropbox.command_line.screen import cleared, give_secret, is_shown
from dropbox.command_line.secret_lines import secret_line
from dropbox.shown.square import square_lines
from journalist_ui.daemon.recovery import Printed, print_sheets, read_sheet, restore_first, use_sheets
from journalist_ui.refusals import BadInput, DeskRefused, NotAllowed
from journalist_ui.shapes.recovery import MakeSheets, RecoveryUsed, SheetsMade
from journalist_ui.shapes.sessions import Whoami
from journalist_ui.socket.codec import to_json
from journalist_ui.words.counts import counted

from .asking import (
    agree,
    ask_signed_in,
    desk_passphrase,
    json_option,
    key_option,
    session_option,
    show_done,
    vault_option,
)
from .prompts import APP_HAS_IT, CODES, NEW_MEMBER

KINDS = ("people", "cases")
DOES = {
    "people": "Two of the three sheets, with a backup and the desk passphrase, make a new administrator. They open no "
    "case.",
    "cases": "Two of the three sheets, with a backup and the desk passphrase, make a new administrator who also reads "
    "each case that is wrapped to the sheets: every new one, and older ones once they are shared with them.",
}
TERMINAL = "Recovery sheets are shown on a terminal alone, and go into no file. Run this at one."
WASTE = "The sheets that were shown are not in force: destroy them."
WRITTEN = "it is on paper"
KEEP = "Write or print it on paper, give each of the three to another person, and keep no two in one place."
_LINE = 5
"""Words in a line of a sheet."""


@click.group("recovery")
def recovery() -> None:
    """Print recovery sheets, and use two of them."""


def refuse_no_terminal() -> None:
    """Raises BadInput."""
    if not is_shown():
        raise BadInput(TERMINAL)


def show_sheets(printed: Printed) -> None:
    """One after another, each cleared away before the next. Raises OutputLost."""
    for number, (words, code) in enumerate(printed.sheets, start=1):
        give_secret("\n".join(_sheet(printed.kind, number, words, code)), WRITTEN)


def _sheet(kind: str, number: int, words: tuple[str, ...], code: str) -> Iterator[str]:
    yield f"Recovery sheet {number} of 3 ({kind}). {DOES[kind]}"
    yield KEEP
    yield ""
    for at in range(0, len(words), _LINE):
        yield "  ".join(f"{at + place + 1:2}. {word}" for place, word in enumerate(words[at : at + _LINE]))
    yield ""
    drawn = segno.make_qr(code, error="l")
    yield from square_lines(drawn.matrix_iter(border=2))


@recovery.command("sheets")
@click.option("--kind", required=True, type=click.Choice(KINDS), help="What two of them do.")
@session_option
@click.option("--reason", default="", help="Why, in one line, for who approves it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def sheets(kind: str, session: Path, reason: str, yes: bool, as_json: bool) -> None:
    """Print three new recovery sheets, as words and a square code, and put them in force (two administrators).

    people: any two make a new administrator. cases: one who also reads each case that is wrapped to the sheets. On a
    terminal alone: each sheet is shown, and cleared away when you say so. Those of before open nothing any more.

    \b
    Examples:
      dropbox-desk recovery sheets --kind people --session ada.session
      dropbox-desk recovery sheets --kind cases --session ada.session
    """
    refuse_no_terminal()
    # Known before anything is shown: sheets that are never in force are waste paper.
    if not ask_signed_in(session, Whoami()).administers:
        raise NotAllowed("Only a member with the role administrator may do this. Ask one.")
    if not yes:
        agree(
            f"{DOES[kind]} Sheets that were printed before open nothing once these are in force. Show them?", TERMINAL
        )
    printed = print_sheets(kind)
    show_sheets(printed)
    try:
        made = ask_signed_in(session, MakeSheets(kind, printed.public, reason))
    except DeskRefused:
        click.echo(WASTE, err=True)
        raise
    show_done(made, as_json, _made)


def _made(found: SheetsMade) -> Iterator[str]:
    if found.proposal:
        yield (
            f"This takes two people: it is proposal {found.proposal} now. The sheets open nothing until another "
            f"administrator approves it, within seven days: `dropbox-desk approve {found.proposal}`."
        )
        return
    yield f"The sheets are in force ({found.kind})."
    if found.kind == "cases":
        yield "Share older cases with them: `dropbox-desk member share recovery+sheets`."


@recovery.command("use")
@vault_option
@click.option("--member", required=True, help="Name of the new administrator.")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of backups, when the desk's own folder is lost: restores first.",
)
@click.option("--file", type=click.Path(path_type=Path, dir_okay=False), help="Which backup, if not the newest.")
@click.option("--show", "shown", is_flag=True, help="Show the sheets while you type them; the screen is then cleared.")
@key_option
@json_option
def use(
    vault: Path,
    member: str,
    source: Path | None,
    file: Path | None,
    shown: bool,
    desk_key_fd: int | None,
    as_json: bool,
) -> None:
    """Make a new administrator with two recovery sheets, while no desk runs; works on an empty machine with --from.

    Asks for the desk passphrase, for two sheets (their words, or their codes) and for the new member's passphrase; when
    stdin is no terminal they are its first four lines. All members are told for two weeks.

    \b
    Examples:
      dropbox-desk recovery use --vault north --member ada2
      dropbox-desk recovery use --vault north --from /mnt/backup --member ada2 --show
    """
    desk = desk_passphrase(desk_key_fd)
    given = [read_sheet(_typed(one, shown)) for one in ("One sheet", "Another sheet")]
    person = secret_line(NEW_MEMBER, confirm=True)
    if source is not None or file is not None:
        restore_first(vault, desk, file, source)
    done = use_sheets(vault.absolute(), desk, given, member, person)
    if as_json:
        say_once(to_json(done))
    else:
        give_secret(CODES.format(secret=done.totp_secret), APP_HAS_IT)
        say_once("\n".join(_used(done)))


def _typed(prompt: str, shown: bool) -> str:
    if not shown or not sys.stdin.isatty():
        return secret_line(prompt)
    with cleared(err=True):
        return str(click.prompt(f"{prompt} (the screen is cleared after it)", err=True))


def _used(found: RecoveryUsed) -> Iterator[str]:
    yield f"{found.member} is a member: {', '.join(found.roles)}. All members are told of it for two weeks."
    if "reader" in found.roles:
        yield f"They can open {counted(found.cases, 'case')}."
    yield "Next: `dropbox-desk replace-keyring` where the keyring is lost too, then `dropbox-desk serve`."
    yield "Then remove whoever is gone, and print new sheets: `dropbox-desk recovery sheets`."
