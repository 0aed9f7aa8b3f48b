# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checks of the machine and of the installation; each looks where it is told, so that tests can show it each state."""

import ctypes
import errno
import os
import resource
from collections.abc import Mapping, Sequence
from importlib.metadata import packages_distributions
from pathlib import Path

from .findings import Finding, ok, serious, warning

TOP_LEVEL = ("dropbox", "keys", "journalist_ui", "templates")
_CLOCK_UNSYNCHRONISED = 5  # TIME_ERROR of adjtimex(2)
_FORBIDDEN = -2  # ours: the sandbox lets nobody ask
_PR_GET_DUMPABLE = 3  # of prctl(2)
_TIMEX_BYTES = 512  # larger than struct timex on every platform


def _may_be_dumped() -> bool:
    """What the kernel says of this process; every command of ours asks it for the same when it starts."""
    try:
        return int(ctypes.CDLL(None).prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0)) != 0
    except (OSError, AttributeError):
        return True


def check_core_dumps(proc: Path = Path("/proc"), soft: int | None = None, dumpable: bool | None = None) -> Finding:
    """A core dump would write envelopes, and who just came, to the disk. A limit of none holds back a file, but not a
    program that the kernel hands the core to; of a process that is not dumpable there is none."""
    limit = resource.getrlimit(resource.RLIMIT_CORE)[0] if soft is None else soft
    allowed = _may_be_dumped() if dumpable is None else dumpable
    pattern = proc / "sys/kernel/core_pattern"
    target = pattern.read_text().strip() if pattern.exists() else "core"
    if not allowed or (limit == 0 and not target.startswith("|")):
        return ok("core-dumps", "this process may write none")
    if limit == 0:
        what = f"a crash may be handed to a program, whatever its size may be ({target})"
        return serious("core-dumps", what, "run `sysctl kernel.core_pattern=core`, and see who set it")
    return serious(
        "core-dumps",
        f"a crash may be written to the disk ({target})",
        "put LimitCORE=0 into the service's unit, or run `ulimit -c 0` before it starts",
    )


def check_swap(proc: Path = Path("/proc")) -> Finding:
    """Memory that is swapped out stands on the disk in the clear."""
    path = proc / "swaps"
    devices = [line.split()[0] for line in path.read_text().splitlines()[1:]] if path.exists() else []
    plain = [device for device in devices if not device.startswith(("/dev/dm-", "/dev/mapper/", "/dev/zram"))]
    if plain:
        return serious("swap", f"memory may be written to {plain[0]}", "run `swapoff -a`, or encrypt the swap")
    return ok("swap", "none, or encrypted")


def check_umask(mask: int | None = None) -> Finding:
    """New files must be the owner's alone."""
    if mask is None:
        mask = os.umask(0o077)
        os.umask(mask)
    if mask & 0o077 == 0o077:
        return ok("umask", "new files are the owner's alone")
    return warning(
        "umask",
        f"it is {mask:04o}; `dropbox serve` sets 0077 itself, other programs do not",
        "put UMask=0077 into the service's unit, or run `umask 077` in the shell",
    )


def _clock_state() -> int | None:
    try:
        state = int(ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES)))
    except (OSError, AttributeError):
        return None
    return _FORBIDDEN if state < 0 and ctypes.get_errno() == errno.EPERM else state


def check_time_service(state: int | None = None) -> Finding:
    """Periods are counted by the clock; one that nobody sets drifts."""
    found = _clock_state() if state is None else state
    if found == _FORBIDDEN:
        return ok("time-service", "not to be asked from inside this sandbox")
    if found is None or found < 0 or found == _CLOCK_UNSYNCHRONISED:
        return warning(
            "time-service",
            "the kernel does not know of a time service that sets its clock",
            "run one, for example `apt-get install systemd-timesyncd`",
        )
    return ok("time-service", "the clock is being set")


def check_clock(now: float, paths: Sequence[Path]) -> Finding:
    """Files cannot be younger than now."""
    ahead = [path for path in paths if path.exists() and path.stat().st_mtime > now + 60]
    if ahead:
        return serious("clock", f"{ahead[0]} was written in the future", "set the clock, then start the server again")
    return ok("clock", "not behind the times of the files")


def check_owners(owners: Mapping[str, Sequence[str]] | None = None) -> Finding:
    """Another distribution with one of our top-level names would mix its files into ours."""
    found = packages_distributions() if owners is None else owners
    for name in TOP_LEVEL:
        holders = sorted(set(found.get(name, ())))
        if len(holders) > 1:
            return serious(
                "packages",
                f"the name {name} belongs to {' and '.join(holders)}",
                "install this project into a virtual environment of its own",
            )
    return ok("packages", "each top-level name has one owner")
