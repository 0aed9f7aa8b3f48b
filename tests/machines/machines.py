# SPDX-License-Identifier: AGPL-3.0-or-later
"""Machines made from a bare Debian: each a root of its own over one that is made once, a network of its own with one
cable, and systemd as its first process. Nothing of this machine is changed by what runs in them.

What they cannot have: a kernel of their own, and so AppArmor, a TPM, and a clock that somebody sets. Debian's packages
are downloaded when the bare root is made; after that there is no way out of their network.
"""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.machines.relays import END
from tests.rules.tree import ROOT
from tests.scenarios.typist import Answer, Typist

MACHINES = ROOT / ".build" / "machines"
BARE = MACHINES / "bare"
FROM_DEBIAN = ("tor", "systemd-timesyncd", "bubblewrap", "libseccomp2", "python3", "apparmor")
"""What the runbooks' apt-get takes from Debian, with what that needs."""
NET = "10.213.0"
PATIENCE = 240.0
_BOOT = """
set -euo pipefail
mount --make-rprivate /
R={root}
mount -t overlay overlay -o lowerdir={bare},upperdir={folder}/upper,workdir={folder}/work $R
mount -t proc proc $R/proc
mount --bind $R/proc/sys $R/proc/sys; mount -o remount,bind,ro $R/proc/sys
mount -t sysfs -o ro sysfs $R/sys
mount -t tmpfs -o mode=755 tmpfs $R/sys/fs/cgroup
mount -t cgroup2 none $R/sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs $R/dev
mkdir $R/dev/pts $R/dev/shm
for node in null zero full random urandom tty; do touch $R/dev/$node; mount --bind /dev/$node $R/dev/$node; done
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts $R/dev/pts
ln -s pts/ptmx $R/dev/ptmx; ln -s /proc/self/fd $R/dev/fd
mount -t tmpfs -o mode=1777 tmpfs $R/dev/shm
mount -t tmpfs -o mode=755 tmpfs $R/run
mkdir -p $R/given $R/media $R/mnt/backup $R/old
mount --bind {given} $R/given
mount --rbind {media} $R/media
hostname {name}
cd $R; pivot_root . old; umount -l /old; cd /
# As a system without a container has it: what one service is given is seen by it alone through this.
mount --make-rshared /
exec env -i container=trial PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system --show-status=no
"""


def make_bare() -> Path:
    """The bare root, from this machine's own sources of packages, with what FROM_DEBIAN names downloaded."""
    if BARE.is_dir():
        return BARE
    MACHINES.mkdir(parents=True, exist_ok=True)
    codename = next(
        line.partition("=")[2].strip().strip('"')
        for line in Path("/etc/os-release").read_text().splitlines()
        if line.startswith("VERSION_CODENAME=")
    )
    sources = [Path("/etc/apt/sources.list.d/debian.sources"), Path("/etc/apt/sources.list")]
    building = BARE.with_name(f"bare-{os.getpid()}")
    fetch = f"apt-get install -y -qq --no-install-recommends --download-only {' '.join(FROM_DEBIAN)}"
    words = [
        "mmdebstrap",
        "--quiet",
        "--mode=root",
        "--variant=minbase",
        "--include=systemd-sysv",
        "--skip=cleanup/apt",
    ]
    words += [f'--customize-hook=chroot "$1" {fetch}', codename, str(building), *map(str, filter(Path.exists, sources))]
    done = subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr[-3_000:]
    building.chmod(0o755)
    building.rename(BARE)
    return BARE


def _ran(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, f"{shlex.join(words)}: {done.stderr}"


class Hub:
    """Where every cable ends, and the relays of a private Tor network: a namespace of its own."""

    def __init__(self, name: str) -> None:
        self.name, self._said = name, ""
        _ran("ip", "netns", "add", name)
        for words in (
            ("link", "set", "lo", "up"),
            ("link", "add", "hub", "type", "bridge"),
            ("addr", "add", f"{NET}.1/24", "dev", "hub"),
            ("link", "set", "hub", "up"),
        ):
            _ran("ip", "-n", name, *words)
        command = ("ip", "netns", "exec", name, sys.executable, "-m", "tests.machines.relays", f"{NET}.1")
        self._relays = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True
        )

    def torrc(self) -> str:
        """What a machine's Tor must know of the network; waits until there is one."""
        assert self._relays.stdout
        while END not in self._said:
            line = self._relays.stdout.readline()
            assert line, "the relays ended"
            self._said += line
        return self._said

    def plug_in(self, pid: int, number: int) -> None:
        """A cable from the machine whose first process that is."""
        inside, outside = f"m{number}-in", f"m{number}"
        _ran("ip", "-n", self.name, "link", "add", outside, "type", "veth", "peer", "name", inside)
        _ran("ip", "-n", self.name, "link", "set", outside, "master", "hub", "up")
        _ran("ip", "-n", self.name, "link", "set", inside, "netns", str(pid))
        enter = ("nsenter", "--target", str(pid), "--net", "ip")
        _ran(*enter, "link", "set", "lo", "up")
        _ran(*enter, "addr", "add", f"{NET}.{number}/24", "dev", inside)
        _ran(*enter, "link", "set", inside, "up")

    def close(self) -> None:
        assert self._relays.stdin
        assert self._relays.stdout
        self._relays.stdin.close()
        self._relays.stdout.close()
        self._relays.wait(60)
        _ran("ip", "netns", "delete", self.name)


@dataclass
class Machine:
    """A running one. ``pid`` is its first process as this machine counts."""

    name: str
    pid: int
    given: Path

    def enter(self) -> tuple[str, ...]:
        return ("nsenter", "--target", str(self.pid), "--all", "--wdns=/root")

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """As root, without a terminal."""
        words = [*self.enter(), "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "bash", "-c", script]
        return subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=600)

    def ok(self, script: str) -> str:
        done = self.run(script)
        assert done.returncode == 0, f"{self.name}: {script}\n{done.stdout}{done.stderr}"
        return done.stdout

    def sit_down(self, answers: dict[str, Answer]) -> Typist:
        """Somebody at its terminal, as root."""
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
            "TERM": "dumb",
            "LANG": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
        }
        return Typist(environment, self.given, answers, (*self.enter(), "/bin/bash"), Path("/given"))


@contextmanager
def machine(name: str, number: int, folder: Path, media: Path, hub: Hub | None = None) -> Iterator[Machine]:
    """From the bare root to a running system, without a cable where there is no hub; killed at the end."""
    for one in ("upper", "work", "root", "given"):
        (folder / name / one).mkdir(parents=True)
    place = folder / name
    script = _BOOT.format(
        root=place / "root", bare=make_bare(), folder=place, given=place / "given", media=media, name=name
    )
    alone = ("--mount", "--pid", "--net", "--uts", "--ipc", "--cgroup", "--fork", "--kill-child")
    with (place / "log").open("wb") as log:
        started = subprocess.Popen(
            ["unshare", *alone, "bash", "-c", script], stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
    try:
        running = Machine(name, _first_process(started, place), place / "given")
        if hub:
            hub.plug_in(running.pid, number)
        yield running
    finally:
        started.kill()
        started.wait()


def _first_process(started: subprocess.Popen[bytes], place: Path) -> int:
    """Once systemd answers."""
    until = time.monotonic() + PATIENCE
    children = Path(f"/proc/{started.pid}/task/{started.pid}/children")
    while True:
        assert started.poll() is None, (place / "log").read_text()
        assert time.monotonic() < until, (place / "log").read_text()
        found = children.read_text().split()
        if found:
            words = ["nsenter", "--target", found[0], "--all", "systemctl", "is-system-running"]
            said = subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout.strip()
            if said in ("running", "degraded"):
                return int(found[0])
        time.sleep(0.2)
