# SPDX-License-Identifier: AGPL-3.0-or-later
"""One file a step, each frozen once it is released: none calls code that may change."""
