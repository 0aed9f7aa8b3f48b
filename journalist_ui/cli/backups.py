# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk backup``, ``verify-backup`` and ``restore``."""

from pathlib import Path

import click

from journalist_ui.daemon.restore import backup_now, restore_vault, try_restore, verify
from journalist_ui.refusals import DeskNotRunning
from journalist_ui.shapes.offline import BackupVerified, RestoreTried, VaultRestored
from journalist_ui.shapes.upkeep import BackedUp, Backup
from journalist_ui.socket.client import ask_desk, socket_of
from journalist_ui.words.counts import counted

from .asking import desk_passphrase, json_option, key_option, show, show_done, vault_option

WITHDRAWN = "Members had been let go of cases, or removed, since it was made: {count} keys and members went again."


@click.command()
@vault_option
@key_option
@json_option
def backup(vault: Path, desk_key_fd: int | None, as_json: bool) -> None:
    """Write a backup of the vault into the folder that desk.toml names; never of the keyring.

    A running desk does it at once; without one the desk passphrase is asked for. The desk also does it by itself,
    before each batch.

    \b
    Example:
      dropbox-desk backup --vault north
    """
    try:
        done = ask_desk(socket_of(vault), Backup())
    except DeskNotRunning:
        done = BackedUp(backup_now(vault, desk_passphrase(desk_key_fd)))
    show_done(done, as_json, lambda found: [found.file])


@click.command("verify-backup")
@vault_option
@click.option("--file", type=click.Path(path_type=Path, dir_okay=False), help="A backup; the newest if not given.")
@key_option
@json_option
def verify_backup(vault: Path, file: Path | None, desk_key_fd: int | None, as_json: bool) -> None:
    """Check every page of a backup, its structure and its audit log, under the desk passphrase.

    \b
    Examples:
      dropbox-desk verify-backup --vault north
      dropbox-desk verify-backup --vault north --file /mnt/backup/vault-0a1b2c3d-00000007.db --json
    """
    show(verify(vault, desk_passphrase(desk_key_fd), file), as_json, _verified)


def _verified(fields: BackupVerified) -> list[str]:
    return [
        f"{fields.file}{_of_day(fields)} is whole: {counted(fields.cases, 'case')}, "
        f"{counted(fields.members, 'member')}, {counted(fields.audit, 'row')} of the audit log."
    ]


@click.command()
@vault_option
@click.option("--file", type=click.Path(path_type=Path, dir_okay=False), help="An older backup; see the runbook first.")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of backups, when the desk's own folder is lost.",
)
@click.option("--replace", is_flag=True, help="There is a vault: give it up for the backup.")
@click.option(
    "--although-old", is_flag=True, help="Take a backup of more than 35 days; the runbook says what that means."
)
@click.option("--try", "tried", is_flag=True, help="Restore into a folder that goes again, and say what came back.")
@key_option
@json_option
def restore(
    vault: Path,
    file: Path | None,
    source: Path | None,
    replace: bool,
    although_old: bool,
    tried: bool,
    desk_key_fd: int | None,
    as_json: bool,
) -> None:
    """Put the newest backup in the vault's place; the keyring stays as it is. Refused while the desk runs, but for
    --try, which leaves everything as it is.

    \b
    Examples:
      dropbox-desk restore --vault north
      dropbox-desk restore --vault north --replace
      dropbox-desk restore --vault north --from /mnt/backup
      dropbox-desk restore --vault north --try
    """
    if tried and replace:
        raise click.UsageError("--try gives no vault up: leave out --replace")
    if tried:
        opened = try_restore(vault, desk_passphrase(desk_key_fd), file, source=source, although_old=although_old)
        show(opened, as_json, _tried)
        return
    done = restore_vault(
        vault, desk_passphrase(desk_key_fd), file, replace=replace, source=source, although_old=although_old
    )
    show_done(done, as_json, _restored)


def _restored(fields: VaultRestored) -> list[str]:
    kept = "The keyring was kept as it was." if fields.keyring else "There is no keyring here."
    following = "Start `dropbox-desk serve`" if fields.keyring else "Run `dropbox-desk replace-keyring`, then serve"
    return [
        f"Restored from {fields.file}{_of_day(fields)}. {kept}",
        f"{following}: it collects again what the service still has.",
        *([WITHDRAWN.format(count=fields.withdrawn)] if fields.withdrawn else []),
        "Lost: texts not yet sent when the backup was made, and answers written since. Look at each case.",
    ]


def _tried(fields: RestoreTried) -> list[str]:
    return [
        f"{fields.file}{_of_day(fields)} was opened, brought up to date, and let go again: "
        f"{counted(fields.cases, 'case')}, {counted(fields.members, 'member')}, "
        f"{counted(fields.audit, 'row')} of the audit log; {counted(fields.files, 'file')} of messages beside it.",
        *([WITHDRAWN.format(count=fields.withdrawn)] if fields.withdrawn else []),
    ]


def _of_day(fields: BackupVerified | RestoreTried | VaultRestored) -> str:
    return f" of {fields.day}" if fields.day else ""
