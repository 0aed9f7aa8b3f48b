# SPDX-License-Identifier: AGPL-3.0-or-later
"""How each command's process keeps what it knows to itself."""

import os


def harden() -> bool:
    """Files for this user alone, and no core: a crash leaves no memory on disk. False where cores could not be turned
    off."""
    os.umask(0o077)
    try:
        import resource
    except ImportError:
        # A system without that limit.
        return True
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        # A sandbox may forbid the call and set the limit itself.
        return resource.getrlimit(resource.RLIMIT_CORE)[0] == 0
    return True
