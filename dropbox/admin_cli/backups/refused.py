# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is refused of backups."""

import click


class BackupRefused(click.ClickException):
    """A backup cannot be written, or one cannot be used; the message says what to do."""
