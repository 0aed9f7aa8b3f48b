# SPDX-License-Identifier: AGPL-3.0-or-later
"""Runs migrations on the connection that ``schema.py`` hands over."""

from alembic import context

from dropbox.server.store.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
