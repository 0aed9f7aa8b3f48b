# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a person has put a case."""

SHELVES = {"": "Inbox", "junk": "Set aside", "closed": "Closed"}
