# SPDX-License-Identifier: AGPL-3.0-or-later
"""The wall: bubblewrap around the renderer. In it are the system's programs, the decoders and the renderer, all
read-only, a small folder in memory, and nothing else: no network, no home, no other process, no variable of ours.

Without a wall nothing is started. Its limits: 20 seconds, 512 MiB of memory of its own a process, no core.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

from .faults import NoSandbox
from .renderer.kinds import NEED_PROGRAMS, kind_of
from .seccomp import calls_filter

SECONDS = 20
MEMORY = 512 << 20
_SPACE = 3 << 30
"""Of addresses, with the programs themselves and what they map."""
_TEMPORARY = 96 << 20
"""Bytes of the folder in memory."""
_SEALS = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
_ROOM = "/tmp"  # noqa: S108 - of the sandbox alone
_FILES = 128
_DECODERS = ("PIL", "pillow.libs", "pillow_heif", "pillow_heif.libs", "pypdfium2", "pypdfium2_cfg", "pypdfium2_raw")
_RENDERER = Path(__file__).parent / "renderer"
START = "import sys; sys.path[:0] = ['/here', '/decoders']; from renderer.run import main; main()"
_SYSTEM = ("/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache", "/etc/libreoffice")
_BASE, _OWN_PYTHON = Path(sys.base_prefix).resolve(), "/python"
"""Where Python lies here, and where one that is not the system's lies in the sandbox."""
_SANDBOX = ("bwrap", "prlimit")


def find_programs() -> dict[str, str]:
    """Where what makes the wall is. Raises NoSandbox."""
    found = {name: shutil.which(name, path="/usr/bin:/bin") for name in _SANDBOX}
    missing = [name for name, path in found.items() if not path]
    if missing:
        raise NoSandbox(f"{' and '.join(missing)} not installed")
    return {name: path for name, path in found.items() if path}


def _decoders() -> Iterator[Path]:
    """What the renderer imports, as it is installed here."""
    first = find_spec("PIL")
    if first is None or first.origin is None:
        raise NoSandbox("the packages of requirements/previews.txt are not installed")
    installed = Path(first.origin).parents[1]
    own = installed.glob("_pillow_heif*.so")
    for path in (*(installed / name for name in _DECODERS), *own):
        if path.exists():
            yield path


def _shown() -> list[str]:
    """What of this machine stands in the sandbox, read-only."""
    bound = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "lib", "lib32", "lib64"):
        bound += ["--symlink", f"usr/{name}", f"/{name}"]
    for name in _SYSTEM:
        bound += ["--ro-bind-try", name, name]
    if not _BASE.is_relative_to("/usr"):
        bound += ["--ro-bind", str(_BASE), _OWN_PYTHON]
    for path in _decoders():
        bound += ["--ro-bind", str(path), f"/decoders/{path.name}"]
    return [*bound, "--ro-bind", str(_RENDERER), "/here/renderer"]


def _python() -> str:
    """The Python that runs this, by its path in the sandbox."""
    path = Path(sys.executable).resolve()
    inside = path if _BASE.is_relative_to("/usr") else _OWN_PYTHON / path.relative_to(_BASE)
    return str(inside)


def command(calls: int, start: str = START) -> list[str]:
    """What is run, with the filter of calls at that handle; ``start`` is what Python does inside. Raises NoSandbox."""
    programs = find_programs()
    limits = ["--core=0", f"--cpu={SECONDS}", f"--data={MEMORY}", f"--as={_SPACE}", f"--nofile={_FILES}"]
    wall = [
        "--unshare-user",
        "--unshare-ipc",
        "--unshare-pid",
        "--unshare-net",
        "--unshare-uts",
        "--unshare-cgroup-try",
    ]
    wall += ["--uid", "65534", "--gid", "65534", "--hostname", "preview", "--cap-drop", "ALL"]
    wall += ["--new-session", "--die-with-parent", "--clearenv", "--setenv", "LANG", "C.UTF-8"]
    wall += ["--setenv", "HOME", _ROOM, "--setenv", "TMPDIR", _ROOM]
    room = ["--dev", "/dev", "--size", str(_TEMPORARY), "--tmpfs", _ROOM, "--chdir", _ROOM]
    sealed = ["--remount-ro", "/dev", "--remount-ro", "/", "--seccomp", str(calls)]
    python = [_python(), "-I", "-S", "-B", "-c", start]
    limited = [programs["prlimit"], *limits, f"--fsize={_TEMPORARY}", "--"]
    return [*limited, programs["bwrap"], *wall, *_shown(), *room, *sealed, "--", *python]


def _in_memory(name: str, data: bytes) -> int:
    """A handle of these bytes, that nobody can change."""
    handle = os.memfd_create(name, os.MFD_ALLOW_SEALING)
    with suppress(BaseException), open(handle, "wb", closefd=False) as written:
        written.write(data)
    os.lseek(handle, 0, os.SEEK_SET)
    fcntl.fcntl(handle, fcntl.F_ADD_SEALS, _SEALS)
    return handle


@contextmanager
def started(data: bytes, asked: bytes) -> Iterator[int]:
    """A sandbox for this file, which is asked this: where its answer is read. It ends with the block. Raises
    NoSandbox."""
    calls = _in_memory("calls", calls_filter(programs=kind_of(data) in NEED_PROGRAMS))
    given = _in_memory("asked", asked)
    try:
        running = _run(command(calls), calls, given)
    finally:
        os.close(calls)
        os.close(given)
    try:
        yield _answers(running)
    finally:
        # With bubblewrap ends the first process of the sandbox, and with that every other one.
        running.kill()
        if running.stdout:
            running.stdout.close()
        running.wait()


def _answers(running: subprocess.Popen[bytes]) -> int:
    if running.stdout is None:
        raise NoSandbox("bubblewrap has no output")
    return running.stdout.fileno()


def _run(words: list[str], calls: int, given: int) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    try:
        return subprocess.Popen(  # noqa: S603 - our own words
            words, stdin=given, stdout=subprocess.PIPE, stderr=quiet, pass_fds=[calls], cwd="/", env={}
        )
    except OSError as error:
        raise NoSandbox(f"bubblewrap cannot be run: {error.strerror}") from None


def works() -> bool:
    """Whether a sandbox with nothing to do starts here and ends well."""
    try:
        calls = _in_memory("calls", calls_filter(programs=False))
    except NoSandbox:
        return False
    given = _in_memory("asked", b"")
    try:
        with _run(command(calls, ""), calls, given) as running:
            try:
                return running.wait(SECONDS) == 0
            finally:
                running.kill()
    except (NoSandbox, subprocess.TimeoutExpired):
        return False
    finally:
        os.close(calls)
        os.close(given)
