# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-admin``, the operator's commands: the server's store and settings, never a unit's or a source's secret."""
