# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-keys``: the offline ceremony, one file per noun."""

import os
import sys

import click

from dropbox.protocol.errors import ProtocolError
from keys.errors import KeysRefused

from .anchor import anchor
from .directory import directory
from .fingerprint import fingerprint
from .root import root
from .unit import unit


@click.group()
def group() -> None:
    """Roots, anchors, units and directories, on a machine with no network.

    \b
    The order of a first ceremony:
      dropbox-keys root new        once for each root, on its own medium
      dropbox-keys anchor new      from the roots' public files
      dropbox-keys anchor sign     once for each root
      dropbox-keys directory new   from the signed anchor
      dropbox-keys unit add        once for each desk's enrolment file
      dropbox-keys directory sign  once for each root, at least the threshold
    """


for command in (root, anchor, unit, directory, fingerprint):
    group.add_command(command)


def main() -> None:
    """Entry point: exit 0 done, 1 refused with one line that says what to do, 2 bad usage."""
    os.umask(0o077)
    try:
        group(prog_name="dropbox-keys")
    except KeysRefused as error:
        click.echo(f"dropbox-keys: {error}", err=True)
    except ProtocolError as error:
        click.echo(f"dropbox-keys: {error.say} ({error})", err=True)
    except OSError as error:
        click.echo(f"dropbox-keys: {error.strerror}. Check the names of the files.", err=True)
    # A command that went well has left with 0 by now.
    sys.exit(1)
