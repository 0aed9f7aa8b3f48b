# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk init`` and ``replace-keyring``: make a desk, and give it new keys where the old are lost."""

import shutil
from pathlib import Path

import click

from dropbox.command_line.addresses import parse_proxy
from dropbox.command_line.output import NOWHERE, check_output, goes_nowhere, say_once
from dropbox.command_line.refused import OutputLost
from dropbox.command_line.screen import give_secret
from dropbox.command_line.secret_lines import secret_line
from journalist_ui.daemon.recovery import Printed, print_sheets
from journalist_ui.daemon.settings import NO_BACKUP
from journalist_ui.daemon.setup import NewDesk, init_desk, replace_keyring as replace
from journalist_ui.refusals import BadInput
from journalist_ui.shapes.members import ROLES
from journalist_ui.shapes.offline import DeskMade, KeyringReplaced
from journalist_ui.socket.codec import to_json
from journalist_ui.web_address import NO_WEB
from journalist_ui.words.counts import counted

from .asking import desk_passphrase, json_option, key_option, show_done, vault_option
from .prompts import APP_HAS_IT, CODES, MEMBER
from .recovery import refuse_no_terminal, show_sheets
from .spares import give_spares

NO_BACKUP_SAID = "No backup is configured: if this desk's disk fails, every case is lost."
NO_FOLDER = (
    "{folder} is not there yet. Mount the backups' disk and make it: the desk publishes nothing before a backup."
)
NO_SHEETS = (
    "No recovery sheets were printed: if every administrator is lost, nobody can add another. Print them with "
    "`dropbox-desk recovery sheets`."
)
SAME_DISK = (
    "{folder} is on the same disk as the desk. If that disk fails, desk and backups are lost together: is the backups' "
    "disk mounted?"
)
GIVE_UP_FIRST = (
    "This gives up everything the keyring holds. If its file is lost or damaged for good, say so with --give-up-old."
)


@click.command()
@vault_option
@click.option("--service", required=True, help="Address of the service.")
@click.option(
    "--anchor", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The anchor file of its roots."
)
@click.option("--name", required=True, help="The unit's printed name.")
@click.option("--member", required=True, help="Name of the first member, an administrator and investigator.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(ROLES),
    help="Of the first member, who is administrator and investigator in any case.",
)
@click.option("--backup", required=True, help='Absolute folder on another disk for backups, or "none".')
@click.option("--tor", help="SOCKS proxy, HOST:PORT.")
@click.option("--web", default=NO_WEB, show_default=True, help='Where the web pages are served: HOST:PORT, or "none".')
@click.option("--web-url", default="", help="What officers type to reach the pages; default: http://HOST:PORT/.")
@click.option("--web-cert", default="", help="TLS certificate (PEM, absolute path), needed beyond this machine.")
@click.option("--web-key", default="", help="The certificate's key.")
@click.option(
    "--sheets",
    "sheets_kind",
    type=click.Choice(("people", "cases", "none")),
    default="none",
    show_default=True,
    help="Recovery sheets, on a terminal: two of three make a new administrator, or one who reads cases too.",
)
@click.option("--demo", is_flag=True, help="Put a banner on every page: nothing here is real.")
@click.option(
    "--no-declaration",
    "undeclared",
    is_flag=True,
    help="Do not ask members, before they see anything of a case, whether anything keeps them from it.",
)
@key_option
@json_option
def init(
    vault: Path,
    service: str,
    anchor: Path,
    name: str,
    member: str,
    roles: tuple[str, ...],
    backup: str,
    tor: str | None,
    desk_key_fd: int | None,
    as_json: bool,
    web: str,
    web_url: str,
    web_cert: str,
    web_key: str,
    sheets_kind: str,
    demo: bool,
    undeclared: bool,
) -> None:
    """Make a desk: vault, keyring, first member, and the enrolment file for the roots.

    Asks for the desk passphrase (which opens vault and keyring, and which serve needs at every start) and the first
    member's passphrase; when stdin is no terminal they are its first two lines.

    \b
    Examples:
      dropbox-desk init --vault north --service http://example.onion --anchor anchor.txt \\
        --name "Northern unit" --member ada --backup /mnt/backup --tor 127.0.0.1:9050 --web 127.0.0.1:8470
      dropbox-desk init --vault north --service http://127.0.0.1:8000 --anchor anchor.txt \\
        --name "Northern unit" --member ada --backup none --json < two-lines
    """
    proxy = parse_proxy(tor, "--tor")
    # What is printed below is given once: a desk whose codes nobody can have seen is not kept.
    check_output()
    if goes_nowhere():
        raise OutputLost(NOWHERE)
    printed = _drawn(sheets_kind)
    desk = desk_passphrase(desk_key_fd, confirm=True)
    person = secret_line(MEMBER, confirm=True)
    served, shown = (web, web_url, web_cert, web_key), (demo, not undeclared, printed)
    wanted = NewDesk(vault, service, anchor, name, member, backup, proxy, roles, *served, *shown)
    made = init_desk(wanted, desk, person)
    try:
        _give(made, printed, as_json)
    except OutputLost:
        shutil.rmtree(vault.absolute())
        raise
    for said in (_of_backup(vault, backup), "" if printed else NO_SHEETS):
        if said:
            click.echo(said, err=True)


def _drawn(kind: str) -> Printed | None:
    """Recovery sheets of that kind, None for none. Raises BadInput where nobody could see them."""
    if kind == "none":
        return None
    refuse_no_terminal()
    return print_sheets(kind)


def _of_backup(vault: Path, backup: str) -> str:
    """What a person should know of where the backups go; empty where nothing is wrong with it."""
    if backup == NO_BACKUP:
        return NO_BACKUP_SAID
    try:
        same = Path(backup).stat().st_dev == vault.stat().st_dev
    except OSError:
        return NO_FOLDER.format(folder=backup)
    return SAME_DISK.format(folder=backup) if same else ""


def _give(made: DeskMade, printed: Printed | None, as_json: bool) -> None:
    """What is given once comes first, and does not stay on a screen. Raises OutputLost."""
    if printed:
        show_sheets(printed)
    if as_json:
        say_once(to_json(made))
    else:
        give_secret(f"The desk is made.\n{CODES.format(secret=made.totp_secret)}", APP_HAS_IT)
        give_spares(made.recovery_codes)
        say_once("\n".join(_made(made)))


def _made(fields: DeskMade) -> list[str]:
    return [
        f"The anchor's fingerprint, which must be the one that the roots published: {fields.anchor}",
        f"Enrolment file: {fields.enrolment}",
        f"Its fingerprint, to read out to whoever keeps the roots: {fields.fingerprint}",
        "Next: let the roots take the enrolment into the directory, then run `dropbox-desk serve`.",
    ]


@click.command("replace-keyring")
@vault_option
@click.option("--give-up-old", is_flag=True, help="Yes: what the old keyring held is lost.")
@key_option
@json_option
def replace_keyring(vault: Path, give_up_old: bool, desk_key_fd: int | None, as_json: bool) -> None:
    """Make a new keyring where the old one is lost or damaged, and an enrolment file for `dropbox-keys unit rotate`.

    Says what is lost. Refused while the desk runs.

    \b
    Example:
      dropbox-desk replace-keyring --vault north --give-up-old
    """
    if not give_up_old:
        raise BadInput(GIVE_UP_FIRST)
    show_done(replace(vault.absolute(), desk_passphrase(desk_key_fd)), as_json, _replaced)


def _replaced(fields: KeyringReplaced) -> list[str]:
    return [
        "The desk has a new keyring. What the old one held is lost:",
        "- reports sealed to the desk's present keys that were not collected yet cannot be opened;",
        f"- {counted(fields.unanswerable, 'conversation')} can be answered only once the source has written again;",
        f"- {counted(fields.unsent, 'text')} {'waits' if fields.unsent == 1 else 'wait'} for that.",
        f"Enrolment file for `dropbox-keys unit rotate`: {fields.enrolment}",
        f"Its fingerprint: {fields.fingerprint}",
    ]
