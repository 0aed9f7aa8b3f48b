# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verbs over HTTP and JSON on the desk's Unix socket, for this user alone: the daemon's side and the commands'
side. Knows the verbs and their shapes, and nothing else of the desk."""
