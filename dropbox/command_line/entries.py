# SPDX-License-Identifier: AGPL-3.0-or-later
"""The five commands' entry points. Each loads its party only here, so that Ctrl-C while it loads ends it quietly."""

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


def _enter(name: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    command = import_module(MODULES[name]).main
    import_module("dropbox.command_line.endings").launch(command)


def dropbox() -> None:
    """``dropbox``."""
    _enter("dropbox")


def source() -> None:
    """``dropbox-source``."""
    _enter("dropbox-source")


def admin() -> None:
    """``dropbox-admin``."""
    _enter("dropbox-admin")


def desk() -> None:
    """``dropbox-desk``."""
    _enter("dropbox-desk")


def keys() -> None:
    """``dropbox-keys``."""
    _enter("dropbox-keys")
