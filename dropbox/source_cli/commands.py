# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-source``: report, come back, read and answer from a terminal."""

import os
import sys

import click

from dropbox.protocol.errors import ProtocolError
from dropbox.transport.errors import TransportFailed

from . import terminal
from .check import check
from .reply import reply
from .report import report
from .service import PerhapsStored, Stop
from .units import units


@click.group()
def group() -> None:
    """Report serious corruption or abuse in a police force, anonymously, and read the answers by codename.

    If somebody is in danger now, call 999; if you cannot speak, press 55 when asked.

    \b
    Example:
      dropbox-source units  --service URL --anchor FILE
      dropbox-source report --service URL --anchor FILE --unit SLUG --category ID --text-file FILE
      dropbox-source check  --service URL --anchor FILE
      dropbox-source reply  --service URL --anchor FILE --text-file FILE
    """


for command in (units, report, check, reply):
    group.add_command(command)


def _no_core_dumps() -> None:
    """A crash leaves no memory on disk, where the system has that limit."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Entry point: exit 0 done, 1 refused with one line that says what to do, 2 bad usage."""
    os.umask(0o077)
    _no_core_dumps()
    try:
        group(prog_name="dropbox-source")
    except Stop as stop:
        terminal.say(f"dropbox-source: {stop}")
    except PerhapsStored as failed:
        terminal.say(f"dropbox-source: {terminal.error_text(failed.reason)}")
    except (ProtocolError, TransportFailed) as error:
        terminal.say(f"dropbox-source: {terminal.error_text(error)}")
    else:
        return
    sys.exit(1)
