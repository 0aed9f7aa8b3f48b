# SPDX-License-Identifier: AGPL-3.0-or-later
"""One line that says what to do, and exit code 1: how every command of this party fails."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click
from sqlalchemy.exc import SQLAlchemyError

from dropbox.protocol.errors import ProtocolError
from dropbox.server.config import ConfigRefused

P = ParamSpec("P")
R = TypeVar("R")


def in_one_line(command: Callable[P, R]) -> Callable[P, R]:
    """Turn what a command may meet into one line on stderr, never a traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except ConfigRefused as error:
            raise click.ClickException(str(error)) from None
        except ProtocolError as error:
            raise click.ClickException(f"{error.say} ({error})") from None
        except (SQLAlchemyError, OSError) as error:
            reason = " ".join(str(getattr(error, "orig", None) or error).split())
            raise click.ClickException(f"the database or a file cannot be used: {reason[:200]}") from None

    return run
