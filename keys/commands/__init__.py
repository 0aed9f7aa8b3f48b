# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-keys``: the offline ceremony, one file per noun."""

import click

from dropbox.command_line.endings import OneLineGroup
from dropbox.protocol.errors import ProtocolError
from keys.errors import KeysRefused

from .anchor import anchor
from .ceremony import ceremony
from .cosign import cosign, join
from .directory import directory
from .fingerprint import fingerprint
from .forces import forces
from .pages import pages
from .root import root
from .unit_life import unit


def _words(error: Exception) -> str | None:
    if isinstance(error, KeysRefused):
        return str(error)
    return f"{error.say} ({error})" if isinstance(error, ProtocolError) else None


@click.group("dropbox-keys", cls=OneLineGroup, words=_words)
def main() -> None:
    """Roots, anchors, units, directories and pages, on a machine with no network.

    \b
    Led through it, step by step:
      dropbox-keys ceremony first  --rehearsal to try it

    \b
    The order of a first ceremony:
      dropbox-keys root new        once for each root, on its own medium
      dropbox-keys anchor new      from the roots' public files
      dropbox-keys anchor sign     once for each root
      dropbox-keys directory new   from the signed anchor
      dropbox-keys unit add        once for each desk's enrolment file
      dropbox-keys directory sign  once for each root, at least the threshold
    """


for command in (ceremony, root, anchor, unit, directory, pages, cosign, join, forces, fingerprint):
    main.add_command(command)
