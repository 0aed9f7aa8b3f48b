# SPDX-License-Identifier: AGPL-3.0-or-later
"""The onion service's configuration is one that the real tor accepts, and says what the design asks of it."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.needs import find_program
from tests.rules.tree import ROOT

TORRC = ROOT / "deploy" / "tor" / "torrc"
RUNNING_AS_ROOT = "[warn] You are running Tor as root. You don't need to, and you probably shouldn't."

pytestmark = pytest.mark.tor


def verify(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Ask tor, with its folders moved to one that this user may write to, and no defaults of the machine."""
    program = find_program("tor")
    assert program, "tor is not installed; `make test` run as root installs it"
    data = folder / "tor"
    data.mkdir(mode=0o700, exist_ok=True)
    torrc = folder / "torrc"
    torrc.write_text(text.replace("/var/lib/tor", str(data)) + f"\nDataDirectory {data}\n")
    command = [program, "--verify-config", "-f", torrc, "--defaults-torrc", os.devnull]
    return subprocess.run(command, capture_output=True, text=True)


def settings() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in TORRC.read_text().splitlines():
        if line and not line.startswith("#"):
            name, value = line.split(" ", 1)
            found.setdefault(name, []).append(value)
    return found


def test_tor_accepts_it_without_a_warning(tmp_path: Path) -> None:
    done = verify(TORRC.read_text(), tmp_path)
    assert done.returncode == 0, done.stdout
    assert "Configuration was valid" in done.stdout
    assert not re.search(r"\[(warn|err)\]", done.stdout.replace(RUNNING_AS_ROOT, "")), done.stdout


@pytest.mark.parametrize(
    ("sound", "fault"),
    [
        ("HiddenServicePoWDefensesEnabled 1", "HiddenServicePoWDefensesEnabled many"),
        ("HiddenServicePort 80 unix:/run/dropbox/server.sock", "HiddenServicePort 80 run/dropbox/server.sock"),
        ("SafeLogging 1", "SaveLogging 1"),
        ("HiddenServiceExportCircuitID haproxy", "HiddenServiceExportCircuitID socks"),
    ],
)
def test_tor_refuses_a_fault(tmp_path: Path, sound: str, fault: str) -> None:
    assert sound in TORRC.read_text()
    assert verify(TORRC.read_text().replace(sound, fault), tmp_path).returncode != 0


def test_the_onion_leads_to_the_socket_of_the_server_unit() -> None:
    assert settings()["HiddenServicePort"] == ["80 unix:/run/dropbox/server.sock"]
    unit = (ROOT / "deploy" / "systemd" / "server.service").read_text()
    assert "\nReadWritePaths=/run/dropbox\n" in unit


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SocksPort", "0"),
        ("ControlPort", "0"),
        ("ORPort", "0"),
        ("SafeLogging", "1"),
        ("Log", "notice syslog"),
        ("HiddenServiceEnableIntroDoSDefense", "1"),
        ("HiddenServiceExportCircuitID", "haproxy"),
        ("HiddenServiceMaxStreams", "8"),
        ("HiddenServicePoWQueueRate", "2"),
        ("HiddenServicePoWDefensesEnabled", "1"),
        ("HiddenServiceNonAnonymousMode", "0"),
    ],
)
def test_it_opens_nothing_else_and_writes_little(name: str, value: str) -> None:
    assert settings()[name] == [value]


def test_what_apparmor_needs_is_a_file() -> None:
    """One line for the socket of the server's unit; torrc says where both are installed."""
    rules = [line for line in (TORRC.parent / "apparmor").read_text().splitlines() if not line.startswith("#")]
    assert rules == ["/run/dropbox/server.sock rw,"]
    assert "deploy/tor/apparmor is installed as /etc/apparmor.d/local/system_tor" in TORRC.read_text()
