# SPDX-License-Identifier: AGPL-3.0-or-later
"""Alembic's scripts for a vault that an earlier release made. Only `schema.py` runs them."""
