# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-source``: a source's visits from a terminal; keeps nothing and loads nothing that opens envelopes."""
