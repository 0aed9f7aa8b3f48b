# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the desk says to a person for the codes of its shapes, where a page and a terminal say it: the next state of a
thing is one line here, not one in each. Pure."""
