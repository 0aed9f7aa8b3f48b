# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ports of ``dropbox.server.ports`` on a database and a folder; only the composition and the operator's commands
reach in here."""
