# SPDX-License-Identifier: AGPL-3.0-or-later
"""The project's commands in this process, for what a test asks on its way: a process of its own costs each of them as
much as all that it does. What a test claims of a command, it asks of the real one."""

import os
from importlib import import_module

from click.testing import CliRunner

from dropbox.command_line.entries import MODULES


def ask(command: str, *words: object, stdin: str = "") -> tuple[int, str, str]:
    """Exit code, standard output and standard error. Raises what would have ended the command in a traceback."""
    # A command takes care of its own files' modes, and of nothing after it.
    before = os.umask(0o077)
    try:
        done = CliRunner().invoke(import_module(MODULES[command]).main, [str(word) for word in words], input=stdin)
    finally:
        os.umask(before)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr
