# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole service behind an onion address of a private Tor network: server on a Unix socket, one desk, a source."""

import asyncio
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from dropbox.demo.service import POLICY, Demo, make_roots
from tests.desk.live import DESK_PASSPHRASE, LiveDesk
from tests.private_tor import Reached, private_network
from tests.scenarios.carrier import Carrier
from tests.scenarios.service import BIN, PATIENCE, Ran, ok, run, until

SLUG = "north"
DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL")
"""Put before a command: the kernel ends it when this process ends, however that is."""


@contextmanager
def child(command: tuple[str, ...], log: Path, stdin: str = "") -> Iterator[subprocess.Popen[str]]:
    """A long-running command that has said its first line; ended at the end."""
    with log.open("w") as errors:
        process = subprocess.Popen(
            [*DIES_WITH_US, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(stdin)
        process.stdin.close()
        assert process.stdout.readline(), log.read_text()
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


class OnionService:
    """The service, once everything runs."""

    def __init__(self, reached: Reached, anchor: Path, desk: LiveDesk, server_pid: int, tap: Carrier) -> None:
        self.reached = reached
        self.tap = tap
        self.anchor = anchor
        self.desk = desk
        self.server_pid = server_pid
        self.pinned = ("--service", reached.address, "--anchor", str(anchor))
        self.by_tor = (*self.pinned, "--tor", reached.socks)
        self.session = ""

    def source(self, verb: str, *words: str, stdin: str = "") -> Ran:
        """One visit of a source over Tor."""
        return run("dropbox-source", verb, *self.by_tor, *words, "--json", stdin=stdin)

    def timed(self, what: str, act: Callable[[], Any]) -> Any:
        """Do it, and print how long it took."""
        began = time.monotonic()
        done = act()
        print(f"{what}: {time.monotonic() - began:.1f} s")
        return done

    def check(self, codename: str) -> Any:
        ran = self.source("check", stdin=f"{codename}\n")
        assert ran.code == 0, ran.err
        return ran.json()

    def desk_says(self, *words: str, stdin: str = "") -> Ran:
        """A member's command to the running desk."""
        return ok("dropbox-desk", *words, "--session", self.session, stdin=stdin)

    def receives(self) -> bool:
        """Whether a source sees the desk's first batch on the board."""
        ran = self.source("units")
        return ran.code == 0 and all(unit["receives"] for unit in ran.json())


def _sign_directory(made: Demo, enrolment: str) -> None:
    """List the desk, let two roots sign, and put the directory on the server."""
    directory = str(made.directory)
    policy = made.folder / "policy.json"
    policy.write_text(json.dumps(POLICY))
    ok("dropbox-keys", "directory", "new", "--anchor", str(made.anchor), "--policy", str(policy), "--out", directory)
    listed = ("--slug", SLUG, "--kind", "force-unit", "--force", "cumbria", "--quota", "8")
    ok("dropbox-keys", "unit", "add", "--directory", directory, "--enrolment", enrolment, *listed)
    for number, passphrase in enumerate(made.roots[:2]):
        key = ("--root-key", str(made.root(number)))
        ok("dropbox-keys", "directory", "sign", "--directory", directory, *key, stdin=f"{passphrase}\n")
    config = str(made.server / "server.toml")
    ok("dropbox-admin", "directory", "publish", "--config", config, "--directory", directory)


@contextmanager
def onion_service(folder: Path) -> Iterator[OnionService]:
    """Ceremony, server, network, desk, in this order; all of it ended at the end."""
    socket = folder / "server.sock"
    made = Demo(folder, "", f"unix:{socket}", [])
    with ExitStack() as stack:
        asyncio.run(make_roots(made))
        ok("dropbox-admin", "init", "--dir", str(made.server), "--anchor", str(made.anchor), "--listen", made.listen)
        serve = (str(BIN / "dropbox"), "serve", "--config", str(made.server / "server.toml"))
        server = stack.enter_context(child(serve, folder / "server.log"))
        # Between Tor and the server, to see what Tor says.
        tap = Carrier(unix=socket, at=folder / "tap.sock")
        stack.callback(tap.close)
        reached = stack.enter_context(private_network(folder / "tap.sock"))
        print(f"the network carried a connection after {reached.seconds:.1f} s")
        desk = LiveDesk(folder / SLUG, reached.address, made.anchor)
        _sign_directory(made, desk.init("--tor", reached.socks).json["enrolment"])
        daemon = (str(BIN / "dropbox-desk"), "serve", "--vault", str(desk.folder))
        stack.enter_context(child(daemon, folder / "desk.log", f"{DESK_PASSPHRASE}\n"))
        service = OnionService(reached, made.anchor, desk, server.pid, tap)
        service.session = str(desk.login("ada"))
        assert until(service.receives), (folder / "desk.log").read_text()
        yield service
