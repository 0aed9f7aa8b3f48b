# SPDX-License-Identifier: AGPL-3.0-or-later
"""The units are judged by systemd's own tool, and say what the design asks of them."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.deploy.sandbox import settings
from tests.needs import find_program
from tests.rules.tree import ROOT

UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
EXPOSURE_AT_MOST = 1.5
SERVERS = ("backup", "server", "watch")
"""Those of the server's user."""
INSTALLED = {
    "backup": "dropbox-backup.service",
    "server": "dropbox-server.service",
    "desk": "dropbox-desk@north.service",
    "preview": "dropbox-preview@north.service",
    "watch": "dropbox-watch.service",
}
"""Where each is installed: the desk's is a template, of which there is an instance for each desk, and the previews',
of which there is one for each look."""

pytestmark = [pytest.mark.systemd, pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)]


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    program = find_program("systemd-analyze")
    assert program, "systemd-analyze is not installed; `make test` run as root installs it"
    return subprocess.run([program, "--no-pager", *arguments], capture_output=True, text=True)


def installed(unit: Path) -> str:
    return INSTALLED[unit.stem]


def exposure(unit: Path) -> float:
    """The overall figure, in tenths as systemd gives it."""
    done = analyze("security", "--offline=true", f"--threshold={EXPOSURE_AT_MOST * 10:.0f}", unit)
    last = next(line for line in done.stdout.splitlines() if "Overall exposure level" in line)
    figure = float(last.split(":")[1].split()[0])
    assert (done.returncode == 0) == (figure <= EXPOSURE_AT_MOST)
    return figure


def test_the_exposure_is_small(unit: Path) -> None:
    assert exposure(unit) <= EXPOSURE_AT_MOST


def test_a_weaker_unit_is_seen(unit: Path, tmp_path: Path) -> None:
    weaker = tmp_path / unit.name
    kept = [line for line in unit.read_text().splitlines() if not line.startswith(("Protect", "SystemCall", "No"))]
    weaker.write_text("\n".join(kept))
    assert exposure(weaker) > EXPOSURE_AT_MOST


def test_every_setting_is_one_that_systemd_knows(unit: Path, tmp_path: Path) -> None:
    """Verified with a program that exists here in place of the installed ones."""
    copy = tmp_path / installed(unit)
    copy.write_text(re.sub(r"/usr/lib/dropbox-[a-z]+/bin/[a-z-]+", "/bin/true", unit.read_text()))
    done = analyze("verify", "--man=no", copy)
    assert done.returncode == 0, done.stderr
    assert "ignoring" not in done.stderr
    copy.write_text(copy.read_text().replace("[Service]", "[Service]\nNoNewPrivilege=yes"))
    assert "'NoNewPrivilege'" in analyze("verify", "--man=no", copy).stderr


def test_memory_is_never_written_to_disk(unit: Path) -> None:
    said = settings(unit)
    assert said["MemorySwapMax"] == ["0"]
    assert said["LimitCORE"] == ["0"]


def test_files_are_private_and_logs_are_short(unit: Path) -> None:
    said = settings(unit)
    assert said["UMask"] == ["0077"]
    assert said.get("StateDirectoryMode") == (["0700"] if "StateDirectory" in said else None)
    assert said["LogLevelMax"] == ["notice"]


def test_its_package_brings_it_with_its_user(unit: Path) -> None:
    """Under the name by which it is started, with a user and group who can log in nowhere, and its folders."""
    said = settings(unit, "north")
    package = "server" if unit.stem in SERVERS else "desk"
    debian = ROOT / "deploy" / "debian"
    assert f"unit {unit.name} " in (debian / "environment.sh").read_text()
    assert installed(unit).replace("north", "") in (debian / "environment.sh").read_text()
    users = (debian / f"dropbox-{package}.sysusers").read_text()
    assert re.search(rf"^u {said['User'][0]} - ", users, re.M)
    assert said["Group"] == said["User"]
    folders = (debian / f"dropbox-{package}.tmpfiles").read_text()
    if unit.stem == "server":
        assert "d /run/dropbox 2750 dropbox debian-tor\n" in folders
    for one in said.get("StateDirectory", []):
        assert f"d /var/lib/{one.partition('/')[0]} 0700 {said['User'][0]} {said['User'][0]}\n" in folders


def test_the_command_is_the_one_that_is_documented(unit: Path) -> None:
    commands = {
        "backup": "/usr/lib/dropbox-server/bin/dropbox-admin backup --config /etc/dropbox/server.toml",
        "watch": "/usr/lib/dropbox-server/bin/dropbox-admin watch --config /etc/dropbox/server.toml",
        "server": "/usr/lib/dropbox-server/bin/dropbox serve --config /etc/dropbox/server.toml",
        "desk": "/usr/lib/dropbox-desk/bin/dropbox-desk serve --vault /var/lib/dropbox-desk/%i",
        "preview": "/usr/lib/dropbox-desk/bin/python -I -m journalist_ui.previews",
    }
    assert settings(unit)["ExecStart"] == [commands[unit.stem]]


def test_the_way_to_the_network_is_no_wider_than_needed(unit: Path) -> None:
    said = settings(unit)
    assert said["IPAddressDeny"] == ["any"]
    if unit.stem == "preview":
        assert said["PrivateNetwork"] == ["yes"]
        assert "IPAddressAllow" not in said
        assert said["RestrictAddressFamilies"] == ["AF_UNIX AF_NETLINK"]
    elif unit.stem in SERVERS:
        assert said["PrivateNetwork"] == ["yes"]
        assert said["RestrictAddressFamilies"] == ["AF_UNIX"]
        assert "RuntimeDirectory" not in said
    else:
        assert said["IPAddressAllow"] == ["localhost"]
        assert said["LoadCredential"] == ["desk-key:/etc/dropbox-desk/%i.key"]


def test_previews_are_made_by_a_user_who_owns_nothing(unit: Path) -> None:
    """Neither the desk's nor the server's; only the desk may ask it, and what it runs in may make a sandbox."""
    said = settings(unit)
    others = {settings(other)["User"][0] for other in UNITS if other != unit}
    assert said["User"][0] not in others or unit.stem in SERVERS
    if unit.stem == "preview":
        assert not {"StateDirectory", "RuntimeDirectory", "ReadWritePaths", "LoadCredential"} & set(said)
        assert said["RestrictNamespaces"] == ["user mnt pid net ipc uts cgroup"]
        socket = settings(unit.with_name("preview.socket"))
        assert (socket["SocketUser"], socket["SocketMode"]) == (["dropbox-desk"], ["0600"])
        assert socket["ListenStream"] == ["/run/dropbox-preview/socket"]
        assert socket["Accept"] == ["yes"]
    else:
        assert said["RestrictNamespaces"] == ["yes"]
