# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-source``: report, come back, read and answer from a terminal."""

import click

from dropbox.command_line.endings import OneLineGroup
from dropbox.protocol.errors import ProtocolError
from dropbox.transport.errors import TransportFailed

from . import terminal
from .accept_referral import accept_referral
from .check import check
from .close import close
from .contact import contact
from .reply import reply
from .report import report
from .service import Stop
from .units import units
from .verify_client import verify_client


def _words(error: Exception) -> str | None:
    if isinstance(error, Stop):
        return error.say
    return terminal.error_text(error) if isinstance(error, ProtocolError | TransportFailed) else None


@click.group("dropbox-source", cls=OneLineGroup, words=_words)
def main() -> None:
    """Report serious corruption or abuse in a police force, anonymously, and read the answers by codename.

    If somebody is in danger now, call 999; if you cannot speak, press 55 when asked.

    \b
    Example:
      dropbox-source units  --service URL --anchor FILE
      dropbox-source report --service URL --anchor FILE --unit SLUG --category ID --text-file FILE
      dropbox-source check  --service URL --anchor FILE
      dropbox-source reply  --service URL --anchor FILE --text-file FILE
      dropbox-source close  --service URL --anchor FILE
      dropbox-source contact --withdraw --service URL --anchor FILE
      dropbox-source accept-referral --service URL --anchor FILE --unit SLUG --reference R
      dropbox-source verify-client --service URL --anchor FILE --pages FILE
    """


for command in (units, report, check, reply, close, contact, accept_referral, verify_client):
    main.add_command(command)
