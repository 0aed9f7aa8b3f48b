# SPDX-License-Identifier: AGPL-3.0-or-later
"""The core that all parties share, and what runs on the server's and the source's side."""
