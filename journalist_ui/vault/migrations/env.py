# SPDX-License-Identifier: AGPL-3.0-or-later
"""Runs migrations on the connection that ``schema.py`` hands over, inside its transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
