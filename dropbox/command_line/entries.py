# SPDX-License-Identifier: AGPL-3.0-or-later
"""The five commands. Each loads its party only when it is entered, so that Ctrl-C while it loads ends it quietly."""

import signal
from importlib import import_module

MODULES = {
    "dropbox": "dropbox.commands",
    "dropbox-source": "dropbox.source_cli.commands",
    "dropbox-admin": "dropbox.admin_cli.commands",
    "dropbox-desk": "journalist_ui.cli.commands",
    "dropbox-keys": "keys.commands",
}
"""Each holds ``main``, the command itself, and is run by ``launch``."""


def enter(name: str) -> None:
    """Run a command as the whole process. Raises KeyError for a name that is none of them."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    command = import_module(MODULES[name]).main
    import_module("dropbox.command_line.endings").launch(command)
