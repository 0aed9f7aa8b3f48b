# SPDX-License-Identifier: AGPL-3.0-or-later
"""A private Tor network on loopback, with an onion service made from the real deploy/tor/torrc. For tests and by hand:

    .venv/bin/python -m tests.private_tor SOCKET

SOCKET is the Unix socket of a running server, whose settings say front = "unix". Prints the onion address and the SOCKS
port, and runs until Ctrl-C:

    dropbox-source units --service ADDRESS --anchor FILE --tor 127.0.0.1:PORT

One directory authority, five relays, a client and the onion service's node: eight processes, about 515 MB. Each binds
to 127.0.0.1 and sends from 127.0.0.1 only, so that nothing can leave the machine. All end with the process that made
them; when that is killed, within half a minute.

Of the onion service's defences all stay as deploy/tor/torrc has them but these, which such a network cannot have: its
hops lie in one subnet (EnforceDistinctSubnets 0, which TestingTorNetwork brings); keys, descriptors and consensuses
live minutes in place of hours; and its notices go to a file of the temporary folder in place of syslog.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve()
SERVICE_TORRC = HERE.parents[1] / "deploy" / "tor" / "torrc"
HOST = "127.0.0.1"
RELAYS = tuple(f"relay{number}" for number in range(1, 6))
AUTHORITY = "authority"
DEADLINE = 90.0
"""Seconds in which a network must carry a first connection."""
BUILDS = 2
_PAUSE = 0.2

COMMON = """\
TestingTorNetwork 1
DataDirectory {folder}
Nickname {name}
Address {host}
AddressDisableIPv6 1
OutboundBindAddress {host}
DirAuthority {authority}
__OwningControllerProcess {owner}
ShutdownWaitLength 0
Log notice file {folder}/log
"""
NODE = """\
SocksPort 0
ExitRelay 0
ExitPolicy reject *:*
ORPort {host}:{port}
AssumeReachable 1
ServerDNSDetectHijacking 0
ServerDNSAllowBrokenConfig 1
ServerDNSResolvConfFile {folder}/resolv.conf
ContactInfo nobody
"""
VOTING = """\
AuthoritativeDirectory 1
V3AuthoritativeDirectory 1
DirPort {host}:{dir_port}
V3AuthVotingInterval 20
V3AuthVoteDelay 4
V3AuthDistDelay 4
TestingV3AuthInitialVotingInterval 5
TestingV3AuthInitialVoteDelay 2
TestingV3AuthInitialDistDelay 2
TestingDirAuthVoteGuard *
TestingDirAuthVoteHSDir *
TestingMinExitFlagThreshold 0
"""
CLIENT = "SocksPort 127.0.0.1:{port}\nClientOnly 1\n"


class NetworkFailed(Exception):
    """No network came about; the text says how far it came."""


def find_program(name: str) -> str:
    """Where a program of the tor package is. Raises NetworkFailed."""
    for folder in [*os.environ.get("PATH", "").split(os.pathsep), "/usr/sbin", "/usr/bin"]:
        if os.access(path := os.path.join(folder, name), os.X_OK):
            return path
    raise NetworkFailed(f"{name} is not installed; apt-get install tor brings it")


def free_ports(count: int, host: str = HOST) -> list[int]:
    """As many different ports that were free a moment ago."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((host, 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def _once(*command: str, stdin: str = "") -> str:
    """One of Tor's programs, to its end. Raises NetworkFailed."""
    # Its arguments are made here, and no shell reads them.
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise NetworkFailed(f"{command[0]}: {(done.stdout + done.stderr)[-500:]}")
    return done.stdout


def onion_torrc(folder: Path, server_socket: Path) -> str:
    """deploy/tor/torrc, with its folder, its socket and its log moved and nothing else changed.

    Raises NetworkFailed when it no longer holds what is to be moved.
    """
    text = SERVICE_TORRC.read_text(encoding="utf-8")
    moved = (
        ("HiddenServiceDir /var/lib/tor/dropbox", f"HiddenServiceDir {folder}/onion"),
        ("unix:/run/dropbox/server.sock\n", f"unix:{server_socket}\n"),
        ("Log notice syslog\n", ""),
    )
    for old, new in moved:
        if old not in text:
            raise NetworkFailed(f"{SERVICE_TORRC} does not hold {old.strip()!r}")
        text = text.replace(old, new)
    return text


@dataclass(frozen=True)
class Reached:
    """A running network that has carried a connection to the onion service."""

    onion: str
    socks: str
    seconds: float

    @property
    def address(self) -> str:
        """What --service takes."""
        return f"http://{self.onion}"


class Network:
    """One network in a folder of its own. ``close`` it in any case."""

    def __init__(self, folder: Path, host: str = HOST) -> None:
        self.folder = folder
        self._host = host
        self._program = find_program("tor")
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._began = time.monotonic()
        ports = free_ports(len(RELAYS) + 3, host)
        self.socks_port, self._dir_port, *rest = ports
        self._or_ports = dict(zip((AUTHORITY, *RELAYS), rest, strict=True))
        self._authority = f"{AUTHORITY} {host}:{self._dir_port} {'0' * 40}"

    # --- what each node is told ---

    def _node_folder(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def _write(self, name: str, special: str) -> Path:
        folder = self._node_folder(name)
        common = COMMON.format(folder=folder, name=name, authority=self._authority, owner=os.getpid(), host=self._host)
        torrc = folder / "torrc"
        torrc.write_text(common + special, encoding="utf-8")
        return torrc

    def _write_node(self, name: str, special: str = "") -> Path:
        folder = self._node_folder(name)
        (folder / "resolv.conf").write_text(f"nameserver {HOST}\n", encoding="utf-8")
        return self._write(name, NODE.format(port=self._or_ports[name], folder=folder, host=self._host) + special)

    def _command(self, torrc: Path, *more: str) -> tuple[str, ...]:
        return (self._program, *more, "-f", str(torrc), "--defaults-torrc", os.devnull)

    def _make_authority(self) -> None:
        """Its keys, and with them the line by which every other node knows it."""
        keys = self._node_folder(AUTHORITY) / "keys"
        keys.mkdir(mode=0o700)
        names = {"-i": "identity_key", "-s": "signing_key", "-c": "certificate"}
        files = [word for flag, name in names.items() for word in (flag, str(keys / f"authority_{name}"))]
        gencert = (find_program("tor-gencert"), "--create-identity-key", *files)
        _once(
            *gencert, "-m", "12", "-a", f"{self._host}:{self._dir_port}", "--passphrase-fd", "0", stdin="passphrase\n"
        )
        lines = (keys / "authority_certificate").read_text(encoding="ascii").splitlines()
        v3ident = next(line.split()[1] for line in lines if line.startswith("fingerprint "))
        voting = VOTING.format(dir_port=self._dir_port, host=self._host)
        _once(*self._command(self._write_node(AUTHORITY, voting), "--list-fingerprint"))
        fingerprint = (keys.parent / "fingerprint").read_text(encoding="ascii").split()[1]
        own = f"orport={self._or_ports[AUTHORITY]} v3ident={v3ident}"
        self._authority = f"{AUTHORITY} {own} {self._host}:{self._dir_port} {fingerprint}"
        self._write_node(AUTHORITY, voting)

    # --- running them ---

    def _start(self, name: str, torrc: Path) -> None:
        # Its arguments are made here, and no shell reads them.
        self._running[name] = subprocess.Popen(
            self._command(torrc),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _wait(self, what: str, ready: Callable[[], bool]) -> None:
        """Raises NetworkFailed at the deadline, and when a node ends."""
        while not ready():
            ended = [name for name, process in self._running.items() if process.poll() is not None]
            if ended:
                raise NetworkFailed(f"{ended[0]} ended: {self._log(ended[0])[-1_000:]}")
            if time.monotonic() - self._began > DEADLINE:
                raise NetworkFailed(f"{what} took more than {DEADLINE:.0f} s")
            time.sleep(_PAUSE)

    def _log(self, name: str) -> str:
        file = self.folder / name / "log"
        return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""

    def _knows_all(self, name: str) -> bool:
        """Whether a relay holds a consensus of every node, and the descriptor of each."""
        files = [self.folder / name / file for file in ("cached-microdesc-consensus", "cached-microdescs.new")]
        if not all(file.exists() for file in files):
            return False
        consensus, descriptors = (file.read_text(encoding="utf-8", errors="replace") for file in files)
        wanted = len(RELAYS) + 1
        return consensus.count("\nr ") >= wanted and descriptors.count("onion-key\n") >= wanted

    def _connects(self) -> bool:
        try:
            return through_socks(self.socks_port, self.onion)
        except OSError:
            return False

    @property
    def onion(self) -> str:
        """The onion service's name."""
        return (self.folder / "service" / "onion" / "hostname").read_text(encoding="ascii").strip()

    def start_relays(self) -> str:
        """Authority and relays; what a torrc elsewhere says to be of their network. Raises NetworkFailed."""
        self._make_authority()
        for name in (AUTHORITY, *RELAYS):
            self._start(name, self.folder / name / "torrc" if name == AUTHORITY else self._write_node(name))
        self._wait("a consensus of all relays", lambda: all(self._knows_all(name) for name in RELAYS))
        return f"TestingTorNetwork 1\nAddressDisableIPv6 1\nDirAuthority {self._authority}\n"

    def start(self, server_socket: Path) -> Reached:
        """Authority and relays first; then client and service; then a first connection. Raises NetworkFailed."""
        self.start_relays()
        service = self._node_folder("service")
        self._start("service", self._write("service", onion_torrc(service, server_socket)))
        self._start("client", self._write("client", CLIENT.format(port=self.socks_port)))
        self._wait("the onion address", lambda: (service / "onion" / "hostname").exists())
        self._wait("a connection to the onion service", self._connects)
        return Reached(self.onion, f"{HOST}:{self.socks_port}", time.monotonic() - self._began)

    def close(self) -> None:
        """Kill every node; nothing of theirs is worth an orderly end."""
        for process in self._running.values():
            process.kill()
        for process in self._running.values():
            process.wait()


def through_socks(port: int, name: str) -> bool:
    """Whether the SOCKS proxy on ``port`` connects to port 80 of ``name``. Raises OSError."""
    with closing(socket.create_connection((HOST, port), timeout=120)) as proxy:
        proxy.sendall(b"\x05\x01\x00")
        proxy.recv(2)
        proxy.sendall(b"\x05\x01\x00\x03" + bytes([len(name)]) + name.encode() + (80).to_bytes(2, "big"))
        return proxy.recv(10)[1:2] == b"\x00"


@contextmanager
def private_network(server_socket: Path) -> Iterator[Reached]:
    """A network whose onion service leads to ``server_socket``, on which a server listens already.

    Built once more when the first did not carry a connection within DEADLINE. Raises NetworkFailed.
    """
    said = []
    for _ in range(BUILDS):
        with tempfile.TemporaryDirectory(prefix="private-tor-") as folder:
            network = Network(Path(folder))
            try:
                try:
                    reached = network.start(server_socket)
                except NetworkFailed as failed:
                    said.append(str(failed))
                    continue
                yield reached
                return
            finally:
                network.close()
    raise NetworkFailed("; then ".join(said))


def main() -> None:
    parser = argparse.ArgumentParser(description="A private Tor network on loopback before a server's Unix socket.")
    parser.add_argument("socket", type=Path, help="the Unix socket on which the server listens")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with private_network(chosen.socket.absolute()) as reached:
            print(f"--service {reached.address} --tor {reached.socks}", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        pass
    except NetworkFailed as failed:
        sys.exit(str(failed))


if __name__ == "__main__":
    main()
