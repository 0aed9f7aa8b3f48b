# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes wrong on this side of the wall."""


class NoSandbox(Exception):
    """There is none to be had here, so nothing is looked at. The text says what is missing, for who runs the desk."""


class NotAnswered(Exception):
    """What came back is no answer, or none came."""
