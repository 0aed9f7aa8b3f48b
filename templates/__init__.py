# SPDX-License-Identifier: AGPL-3.0-or-later
"""What browsers are shown, by party: words and their order, no code."""
