# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the signed supply of envelopes costs when somebody takes all of it, and whether this machine can pay."""

import shutil
from pathlib import Path

from dropbox.protocol.constants import BLOB, ENVELOPE
from dropbox.protocol.policy import Policy
from dropbox.server.config import ServerConfig
from dropbox.server.supply import COMMON_PART

from .findings import Finding, ok, warning

_DAY = 86_400


def firsts_a_second(policy: Policy) -> float:
    """How many first turns the supply has a second."""
    return policy.intake_per_period * (1 - 1 / COMMON_PART) / policy.period


def _size(count: float, each: int = ENVELOPE) -> str:
    """What so many envelopes take, or blobs."""
    size = count * each
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def check_supply(policy: Policy) -> Finding:
    """How much of each desk's line and disk a flooder can have, by the way they go."""
    a_day = policy.intake_per_period * _DAY / policy.period
    return ok(
        "supply",
        f"a day's flood from one place brings each desk {_size(a_day / COMMON_PART)}; one that buys "
        f"{firsts_a_second(policy):.1f} fresh circuits or prefixes a second, {_size(a_day)}",
    )


def check_blobs(policy: Policy) -> Finding:
    """What files cost each desk that takes them, at most."""
    if not policy.blobs_per_period:
        return ok("files", "the signed policy takes none")
    a_day = policy.blobs_per_period * _DAY / policy.period
    return ok(
        "files", f"a day's files bring each desk that takes them {_size(a_day, BLOB)} at most, whoever sends them"
    )


def _held(folder: Path) -> int:
    return sum(one.lstat().st_size for one in folder.rglob("*") if one.is_file())


def check_room(config: ServerConfig, policy: Policy, free: int | None = None) -> Finding:
    """Whether segments and blobs of ``retention`` full periods fit, and the open one twice: in the database and as
    shown."""
    left = shutil.disk_usage(config.data_dir).free if free is None else free
    room = left - config.disk_reserve + _held(config.data_dir)
    a_period = policy.intake_per_period * ENVELOPE + policy.blobs_per_period * BLOB
    needed = policy.retention + 2
    if room < needed * a_period:
        days = max(0, room // a_period - 2)
        return warning(
            "room",
            f"a flood fills {_size(needed, a_period)} within the {policy.retention} periods that are kept; "
            f"there is room for {days}, and then nothing is taken until the oldest go",
            "use a larger disk, or have the roots sign a smaller intake_per_period, blobs_per_period or retention",
        )
    return ok("room", f"{policy.retention} full periods fit, {_size(needed, a_period)}")
