# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is said of recovery codes."""

from .counts import counted

ABOUT = (
    "Each signs you in once in place of a one-time code, together with your passphrase, if your telephone is lost. "
    "They are not shown again: write them down, and keep them apart from your passphrase."
)


def left(count: int) -> str:
    """How many there are."""
    if not count:
        return "You have no recovery codes left. Make new ones, so that a lost telephone does not keep you out."
    return f"You have {counted(count, 'recovery code')} left."


def used(count: int) -> str:
    """After a sign-in with one."""
    return f"You signed in with a recovery code, which is used up. {left(count)}"
