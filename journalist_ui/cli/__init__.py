# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk``, one file a noun: asks the running desk over its socket, or works on a desk's folder while none
runs. A module that only asks loads no database."""
