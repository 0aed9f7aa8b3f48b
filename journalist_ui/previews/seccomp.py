# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which system calls the sandbox may make: a list of those that are allowed, as a filter that bubblewrap hands to the
kernel. All else is refused with an error, calls of another architecture end the process.

Without further programs no second process can be begun: the one that is there has threads alone. Sockets exist for
further programs alone, of the kind that reaches no network.
"""

import ctypes
import errno
import mmap
import os
import socket
from ctypes.util import find_library
from functools import cache
from typing import Any

from .faults import NoSandbox

_ALONE = """
read write readv writev pread64 pwrite64 lseek close fstat stat lstat newfstatat statx access faccessat faccessat2 open
openat readlink readlinkat getdents64 getcwd fcntl ioctl dup dup2 dup3 pipe pipe2 poll ppoll select pselect6
epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd2 munmap mprotect mremap madvise brk mincore
membarrier rt_sigaction rt_sigprocmask rt_sigreturn rt_sigtimedwait sigaltstack futex set_robust_list
get_robust_list rseq set_tid_address arch_prctl prctl exit exit_group execve wait4 sched_getaffinity
sched_setaffinity sched_yield getpid gettid getppid getpgrp getpgid getuid geteuid getgid getegid getgroups uname
getrandom clock_gettime clock_nanosleep clock_getres nanosleep gettimeofday time times sysinfo prlimit64 getrlimit
setrlimit getrusage restart_syscall tgkill unlink unlinkat mkdir mkdirat ftruncate umask
"""
_FURTHER = """
fork vfork waitid kill setpgid setsid getsid socketpair bind connect listen accept accept4 sendmsg recvmsg sendto
recvfrom getsockname getpeername setsockopt getsockopt shutdown chdir fchdir rename renameat renameat2 rmdir link linkat
symlink symlinkat chmod fchmod fchmodat utimensat fallocate truncate fsync fdatasync flock statfs fstatfs
inotify_init1 inotify_add_watch inotify_rm_watch timerfd_create timerfd_settime timerfd_gettime timer_create
timer_settime timer_delete setitimer getitimer alarm pause getpriority setpriority sched_getparam
sched_getscheduler sched_get_priority_max sched_get_priority_min copy_file_range sendfile fadvise64 capget
"""
_ALLOW, _THREAD = 0x7FFF0000, 0x00010000
_ERROR = 0x00050000
_NEW_SPACES = 0x7E020080
"""The flags of clone that make namespaces."""
_SHARED, _NO_FILE = mmap.MAP_SHARED, mmap.MAP_ANONYMOUS
_EQUAL, _MASKED = 4, 7


class _Compare(ctypes.Structure):
    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("datum_a", ctypes.c_uint64),
        ("datum_b", ctypes.c_uint64),
    )


# ctypes knows no types of what a library holds.
def _library() -> Any:
    name = find_library("seccomp") or "libseccomp.so.2"
    try:
        found = ctypes.CDLL(name)
    except OSError:
        raise NoSandbox("libseccomp2 is not installed") from None
    found.seccomp_init.restype = ctypes.c_void_p
    found.seccomp_init.argtypes = [ctypes.c_uint32]
    found.seccomp_release.argtypes = [ctypes.c_void_p]
    found.seccomp_export_bpf.argtypes = [ctypes.c_void_p, ctypes.c_int]
    found.seccomp_rule_add_array.argtypes = [
        *(ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint),
        ctypes.POINTER(_Compare),
    ]
    return found


@cache
def calls_filter(*, programs: bool) -> bytes:
    """The filter, with or without further ``programs``. Raises NoSandbox."""
    library = _library()
    rules = library.seccomp_init(_ERROR | errno.EPERM)
    if not rules:
        raise NoSandbox("libseccomp gives no filter")
    try:
        for name in (_ALONE + (_FURTHER if programs else "")).split():
            _add(library, rules, _ALLOW, name)
        # Memory that is shared and no file's counts in no limit of a process: there is none, nor files of memory alone.
        for flags in (0, _SHARED, _NO_FILE):
            _add(library, rules, _ALLOW, "mmap", _Compare(3, _MASKED, _SHARED | _NO_FILE, flags))
        # A library that finds this one missing takes `clone`, whose flags can be looked at.
        _add(library, rules, _ERROR | errno.ENOSYS, "clone3")
        if programs:
            _add(library, rules, _ALLOW, "clone", _Compare(0, _MASKED, _NEW_SPACES, 0))
            _add(library, rules, _ALLOW, "socket", _Compare(0, _EQUAL, socket.AF_UNIX, 0))
        else:
            _add(library, rules, _ALLOW, "clone", _Compare(0, _MASKED, _NEW_SPACES | _THREAD, _THREAD))
        return _export(library, rules)
    finally:
        library.seccomp_release(rules)


# As above.
def _add(library: Any, rules: Any, what: int, name: str, *compares: _Compare) -> None:
    number = library.seccomp_syscall_resolve_name(name.encode())
    given = (_Compare * len(compares))(*compares)
    # Numbers below zero are calls that this machine does not have.
    if number >= 0 and library.seccomp_rule_add_array(rules, what, number, len(compares), given):
        raise NoSandbox(f"libseccomp does not take {name}")


# As above.
def _export(library: Any, rules: Any) -> bytes:
    handle = os.memfd_create("calls")
    try:
        if library.seccomp_export_bpf(rules, handle):
            raise NoSandbox("libseccomp gives no filter")
        return os.pread(handle, os.fstat(handle).st_size, 0)
    finally:
        os.close(handle)
