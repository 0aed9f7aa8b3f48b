# SPDX-License-Identifier: AGPL-3.0-or-later
"""The wall itself, tried from inside by a program in the renderer's place: as if a file had taken it over."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from journalist_ui.previews import sandbox
from journalist_ui.previews.asking import look
from journalist_ui.previews.faults import NoSandbox
from journalist_ui.previews.frames import End, Seen
from journalist_ui.previews.renderer.wire import Kind, Purpose, Why
from tests.previews import samples
from tests.previews.samples import seen_by, sorted_out

pytestmark = pytest.mark.bubblewrap
ALONE, WITH_PROGRAMS = b"plain text", samples.word_file()
"""A file that is looked at by one process, and one that takes further programs."""


def inside(program: str, data: bytes = ALONE) -> str:
    """What a program prints that runs in the renderer's place."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sandbox, "START", program)
        patched.setattr(sandbox, "command", _with(program))
        with sandbox.started(data, b"") as answer:
            found = bytearray()
            while piece := os.read(answer, 65_536):
                found += piece
    return found.decode()


def _with(program: str) -> object:
    whole = sandbox.command
    return lambda calls, start=program: whole(calls, start)


def tried(*calls: str, data: bytes = ALONE) -> dict[str, str]:
    """Of each call what became of it: the name of its error, or what it gave."""
    lines = ["import ctypes, json, os, resource, signal, socket, subprocess, sys, threading", "found = {}"]
    for call in calls:
        lines += ["try:", f"    found[{call!r}] = repr({call})", "except BaseException as error:"]
        lines += [f"    found[{call!r}] = type(error).__name__"]
    found: dict[str, str] = json.loads(inside("\n".join([*lines, "print(json.dumps(found))"]), data))
    return found


@pytest.mark.parametrize("data", [ALONE, WITH_PROGRAMS], ids=["alone", "with-programs"])
def test_no_network(data: bytes) -> None:
    """No socket that reaches one, no address but a loopback that leads nowhere, also where a server of ours listens."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        found = tried(
            "socket.socket(socket.AF_INET)",
            "socket.socket(socket.AF_INET6)",
            "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
            "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
            f"socket.create_connection(('127.0.0.1', {port}), 1)",
            data=data,
        )
    assert set(found.values()) == {"PermissionError"}
    # And where the filter had a hole, the namespace has none: nothing but its own loopback.
    opened = tried("socket.if_nameindex()", data=data)
    assert opened["socket.if_nameindex()"] in ("PermissionError", "OSError", "[(1, 'lo')]")


def test_without_the_filter_there_is_no_network_either() -> None:
    """The namespace alone holds: a connection to a server that listens on this machine is refused."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        code = f"import socket; socket.create_connection(('127.0.0.1', {door.getsockname()[1]}), 2)"
        words = sandbox.command(0, code)
        at = words.index("--seccomp")
        done = subprocess.run([*words[:at], *words[at + 2 :]], env={}, capture_output=True, text=True)
    assert "ConnectionRefusedError" in done.stderr or "Network is unreachable" in done.stderr, done.stderr


def test_no_home_and_nothing_of_the_desk(tmp_path: Path) -> None:
    """What stands in there is a list, the same everywhere; of this machine's homes, folders and variables nothing."""
    secret = tmp_path / "vault.db"
    secret.write_text("a vault")
    found = tried(
        "sorted(os.listdir('/'))",
        "sorted(os.listdir('/tmp'))",
        "sorted(os.listdir('/here'))",
        "sorted(os.listdir('/here/renderer'))",
        f"open({str(secret)!r}).read()",
        "os.path.exists('/root') or os.path.exists('/home') or os.path.exists('/var') or os.path.exists('/proc/1')",
        "os.path.exists('/etc/passwd') or os.path.exists('/run') or os.path.exists('/sys')",
        "sorted(os.environ)",
        "(os.getuid(), os.getgid(), os.uname().nodename, os.getcwd())",
    )
    values = list(found.values())
    top = {"bin", "decoders", "dev", "etc", "lib", "lib32", "lib64", "python", "tmp", "usr", "here"}
    assert set(json.loads(values[0].replace("'", '"'))) <= top
    assert values[1:3] == ["[]", "['renderer']"]
    assert "run.py" in values[3]
    assert values[4:7] == ["FileNotFoundError", "False", "False"]
    variables = set(json.loads(values[7].replace("'", '"')))
    assert variables <= {"HOME", "LANG", "LC_CTYPE", "PWD", "TMPDIR"}
    assert values[8] == "(65534, 65534, 'preview', '/tmp')"


@pytest.mark.parametrize("data", [ALONE, WITH_PROGRAMS], ids=["alone", "with-programs"])
def test_nothing_can_be_changed_or_reached(data: bytes) -> None:
    """Read-only but for a small folder in memory; no other process, no mount, no namespace, no tracing, no rights."""
    found = tried(
        "open('/usr/x', 'w')",
        "open('/here/renderer/run.py', 'a')",
        "open('/x', 'w')",
        "open('/dev/x', 'w')",
        "os.mkdir('/decoders/x')",
        "os.setuid(0)",
        "os.chroot('/tmp')",
        data=data,
    )
    assert set(found.values()) <= {"OSError", "PermissionError"}
    libc = "ctypes.CDLL(None, use_errno=True)"
    calls = tried(
        f"{libc}.unshare(0x10000000)",
        f"{libc}.mount(b'none', b'/tmp', b'tmpfs', 0, None)",
        f"{libc}.ptrace(16, 1, 0, 0)",
        f"{libc}.syscall(425, 1, 0)",
        f"{libc}.syscall(321, 0, 0, 0)",
        f"{libc}.syscall(248, 0, 0, 0, 0, 0)",
        data=data,
    )
    assert set(calls.values()) == {"-1"}


def test_it_sees_no_process_but_its_own() -> None:
    """Signals reach nobody outside: the numbers of processes are of the sandbox's own."""
    mine = os.getpid()
    found = tried("os.getpid() < 10", f"os.kill({mine}, 0)", "os.kill(-1, 0)", data=WITH_PROGRAMS)
    values = list(found.values())
    assert values[0] == "True"
    assert values[1] in ("ProcessLookupError", "PermissionError")


def test_one_process_begins_no_other() -> None:
    """Neither by fork nor by a program, where no further program is needed; threads it has."""
    found = tried("os.fork()", "subprocess.run(['/usr/bin/true'])", "threading.Thread(target=print).start()")
    assert list(found.values()) == ["PermissionError", "PermissionError", "None"]


def test_memory_time_and_room_are_bounded() -> None:
    """512 MiB of memory a process, a folder of 96 MiB, no core, 20 seconds of the processor."""
    found = tried(
        "len(bytearray(600 << 20))",
        "len(bytearray(200 << 20))",
        "[open(f'/tmp/{at}', 'wb').write(bytes(20 << 20)) for at in range(6)]",
        "resource.getrlimit(resource.RLIMIT_CORE)",
        "resource.getrlimit(resource.RLIMIT_CPU)",
        "resource.setrlimit(resource.RLIMIT_DATA, (1 << 40, 1 << 40))",
    )
    values = list(found.values())
    assert values[:3] == ["MemoryError", str(200 << 20), "OSError"]
    assert values[3:5] == ["(0, 0)", f"({sandbox.SECONDS}, {sandbox.SECONDS})"]
    assert values[5] in ("ValueError", "PermissionError")


@pytest.mark.parametrize("data", [ALONE, WITH_PROGRAMS], ids=["alone", "with-programs"])
def test_no_memory_escapes_the_bound(data: bytes) -> None:
    """Neither a file of memory, nor memory that processes share, nor files beyond the small folder."""
    found = tried(
        "os.memfd_create('x')",
        "__import__('mmap').mmap(-1, 1 << 20)",
        "open('/dev/shm/x', 'w')",
        "len(__import__('mmap').mmap(-1, 1 << 20, flags=2 | 32))",
        data=data,
    )
    assert list(found.values()) == ["PermissionError", "PermissionError", "OSError", str(1 << 20)]


def processes_of(mark: str) -> list[str]:
    """Command lines of this machine that hold a mark."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if mark in words:
            found.append(words)
    return found


def looked(patched: pytest.MonkeyPatch, program: str, data: bytes = ALONE, seconds: float = 2) -> Why:
    """How a look ends whose renderer runs this program instead."""
    patched.setattr(sandbox, "command", _with(program))
    patched.setattr(sandbox, "SECONDS", seconds)
    return sorted_out(look(data, Purpose.VIEW, 1))[3]


NEVER = "'mark-{}'\nimport time\nwhile True: time.sleep(1)"
FORKS = "'mark-{}'\nimport os\nwhile True:\n  try: os.fork()\n  except OSError: pass"


@pytest.mark.parametrize(("program", "data"), [(NEVER, ALONE), (NEVER, WITH_PROGRAMS), (FORKS, ALONE)])
def test_what_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch, program: str, data: bytes) -> None:
    """When its time is over, and no process of it is left."""
    mark = os.urandom(8).hex()
    began = time.monotonic()
    assert looked(monkeypatch, program.format(mark), data) is Why.LONG
    assert time.monotonic() - began < 6
    wait_for(lambda: not processes_of(mark))


def test_what_forks_is_ended_with_all_its_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where programs may be begun: a few dozen processes that fork whenever they can, and then none."""
    mark = os.urandom(8).hex()
    program = (
        f"'mark-{mark}'\nimport os, resource, time\nresource.setrlimit(resource.RLIMIT_NPROC, (40, 40))\n"
        "for _ in range(5):\n  try: os.fork()\n  except OSError: pass\nwhile True: time.sleep(1)"
    )
    assert looked(monkeypatch, program, WITH_PROGRAMS) is Why.LONG
    wait_for(lambda: not processes_of(mark))


def test_with_the_desk_ends_the_sandbox() -> None:
    """A desk that is killed leaves no renderer behind."""
    mark = os.urandom(8).hex()
    program = NEVER.format(mark)
    script = (
        "import os, time\nfrom journalist_ui.previews import sandbox\nwhole = sandbox.command\n"
        f"sandbox.command = lambda calls: whole(calls, {program!r})\n"
        "with sandbox.started(b'x', b''):\n  print('on', flush=True)\n  time.sleep(60)"
    )
    desk = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert desk.stdout
    assert desk.stdout.readline() == b"on\n"
    wait_for(lambda: len(processes_of(f"'mark-{mark}'\nimport time")) > 1)
    desk.kill()
    desk.wait()
    desk.stdout.close()
    wait_for(lambda: not processes_of(mark))


def wait_for(holds: object) -> None:
    until = time.monotonic() + 20
    while not holds():  # type: ignore[operator]  # a lambda
        assert time.monotonic() < until
        time.sleep(0.02)


def test_one_that_is_killed_loses_nothing_but_its_look() -> None:
    """It ends as a sentence, and the next look at the same file shows it."""
    data = samples.picture_file("PNG", samples.two_colours(3_000, 3_000))
    ended: list[Why] = []
    with pytest.MonkeyPatch.context() as patched:
        mark = os.urandom(8).hex()
        patched.setattr(sandbox, "command", _with(NEVER.format(mark)))
        thread = threading.Thread(target=lambda: ended.append(sorted_out(look(data, Purpose.VIEW, 1))[3]))
        thread.start()
        wait_for(lambda: processes_of(mark))
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                ours = mark in path.read_bytes().decode(errors="replace")
            except OSError:
                continue
            if ours:
                os.kill(int(path.parent.name), 9)
        thread.join(20)
    assert ended == [Why.STOPPED]
    kind, _, pages, why = seen_by(data)
    assert (kind, len(pages), why) == (Kind.PNG, 1, Why.ALL)


def test_without_a_wall_nothing_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """No bubblewrap, none that may make namespaces, no filter: no renderer is started, and the answer says so."""
    refused = [Seen(Kind.UNKNOWN, 0), End(Why.NO_SANDBOX)]
    with monkeypatch.context() as patched:
        patched.setattr(sandbox, "find_programs", lambda: (_ for _ in ()).throw(NoSandbox("none")))
        assert list(look(ALONE, Purpose.VIEW, 1)) == refused
    with monkeypatch.context() as patched:
        whole = sandbox.command
        # As where the kernel gives no namespaces: bubblewrap ends before it starts anything.
        patched.setattr(sandbox, "command", lambda calls, start="": [*whole(calls, start)[:-3], "--no-such-thing"])
        assert list(look(ALONE, Purpose.VIEW, 1)) == refused
    with monkeypatch.context() as patched:
        patched.setattr(sandbox, "calls_filter", lambda *, programs: (_ for _ in ()).throw(NoSandbox("none")))
        assert list(look(ALONE, Purpose.VIEW, 1)) == refused
