# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the server's log hears of a failure."""

import logging

_LOG = logging.getLogger("dropbox.server")


def log_fault(error: BaseException | None) -> None:
    """The class alone: a message may hold content."""
    _LOG.error("fault %s", type(error).__name__)
