# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk``: the unit desk on the command line."""

import click

from .backup import backup
from .cases import cases
from .epoch import epoch
from .init import init
from .lock import lock
from .login import login
from .member import member
from .replace_keyring import replace_keyring
from .reply import reply
from .restore import restore
from .serve import serve
from .show import show
from .status import status
from .sync import sync
from .verify_backup import verify_backup


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """A unit's desk: collects sealed reports, opens them for its members, carries the answers back.

    Commands end with 0 when done, 1 when refused (with one line that says what to do), 2 on bad usage. Secrets are
    asked for, or read from stdin or a file descriptor; never from arguments or the environment.
    """


for command in (
    *(init, serve, login, lock, sync, cases, show, reply, member, epoch, status),
    *(backup, restore, verify_backup, replace_keyring),
):
    main.add_command(command)
