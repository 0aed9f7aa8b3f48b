# SPDX-License-Identifier: AGPL-3.0-or-later
"""Backups of the server: what is in one, how it is sealed, where it lies, and how it is opened again."""
