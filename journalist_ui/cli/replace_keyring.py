# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk replace-keyring``: go on after the keyring is lost."""

from pathlib import Path

import click

from journalist_ui.desk.setup import replace_keyring as replace
from journalist_ui.refusals import BadInput

from . import terminal
from .asking import desk_passphrase, json_option, key_option, show, vault_option


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
        raise BadInput(terminal.GIVE_UP_FIRST)
    show(replace(vault.absolute(), desk_passphrase(desk_key_fd)), as_json, terminal.replaced)
