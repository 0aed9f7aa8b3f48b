# SPDX-License-Identifier: AGPL-3.0-or-later
"""The self-check reads Tor's settings line by line, and says what a flood may cost."""

from dataclasses import replace
from pathlib import Path

import pytest

from dropbox.admin_cli import file_checks, machine_checks, supply_checks, tor_checks
from dropbox.admin_cli.findings import Finding, Level
from dropbox.protocol.policy import PRODUCTION
from dropbox.server.config import Listen, load_config
from tests.admin.operator import DAILY, NOW, admin, publish
from tests.admin.test_doctor import findings, levels
from tests.rules.tree import ROOT
from tests.server.world import World

SHIPPED = ROOT / "deploy" / "tor" / "torrc"
SOCKET = Path("/run/dropbox/server.sock")
POLICY = replace(PRODUCTION, intake_per_period=100_000)
FIRSTS = supply_checks.firsts_a_second(POLICY)


def of_tor(torrc: Path, front: str = "unix") -> dict[str, Finding]:
    """Every finding about a torrc, by its check."""
    found, services = tor_checks.check_front(SOCKET, front, torrc)
    found += [tor_checks.check_streams(one) for one in services]
    found += [tor_checks.check_price(one, FIRSTS) for one in services]
    return {one.check: one for one in found}


def test_what_is_shipped_is_sound() -> None:
    """Circuits named, streams bounded, and a price from twice the supply of first turns on."""
    found = of_tor(SHIPPED)
    assert set(found) == {"tor", "tor-streams", "tor-price"}
    assert {one.level for one in found.values()} == {Level.OK}
    assert found["tor-price"].what == "work is asked from 2 circuits a second on; first turns come at 0.93 a second"


@pytest.mark.parametrize(
    ("line", "instead", "check", "level"),
    [
        ("HiddenServiceExportCircuitID haproxy", "", "tor", Level.SERIOUS),
        ("HiddenServiceMaxStreams 8", "", "tor-streams", Level.WARNING),
        ("HiddenServiceMaxStreams 8", "HiddenServiceMaxStreams 2", "tor-streams", Level.WARNING),
        ("HiddenServicePoWDefensesEnabled 1", "HiddenServicePoWDefensesEnabled 0", "tor-price", Level.WARNING),
        ("HiddenServicePoWQueueRate 2", "", "tor-price", Level.WARNING),
        ("HiddenServicePoWQueueRate 2", "HiddenServicePoWQueueRate 0", "tor-price", Level.WARNING),
        ("HiddenServicePoWQueueRate 2", "hiddenservicepowqueuerate 25", "tor-price", Level.WARNING),
        ("unix:/run/dropbox/server.sock", "unix:/run/other.sock", "tor", Level.WARNING),
    ],
)
def test_each_line_is_looked_at(tmp_path: Path, line: str, instead: str, check: str, level: Level) -> None:
    """Without it, or with another value, the finding of that line says how to mend it."""
    torrc = tmp_path / "torrc"
    assert line in SHIPPED.read_text()
    torrc.write_text(SHIPPED.read_text().replace(line, instead))
    found = of_tor(torrc)[check]
    assert found.level is level
    assert found.fix


def test_a_rate_below_the_supply_makes_honest_people_work() -> None:
    """A larger signed supply asks for a larger rate, and says which."""
    (service,) = tor_checks.onion_services(SHIPPED)
    found = tor_checks.check_price(service, 5.0)
    assert found.level is Level.WARNING
    assert "HiddenServicePoWQueueRate 10" in found.fix


def test_a_unix_socket_is_for_the_shipped_torrc(tmp_path: Path, world: World) -> None:
    """`init` writes that each connection begins with a line; of a port it does not."""
    (tmp_path / "anchor").write_bytes(world.anchor_text())
    for number, (listen, front) in enumerate({f"unix:{tmp_path}/s.sock": "unix", "127.0.0.1:8080": ""}.items()):
        folder = tmp_path / str(number)
        done = admin("init", "--dir", folder, "--anchor", tmp_path / "anchor", "--listen", listen)
        assert done.exit_code == 0, done.output
        assert load_config(folder / "server.toml").front == front


def test_tor_and_server_must_agree() -> None:
    """A line that the server does not expect, and a server that expects one which never comes, answer nobody."""
    assert of_tor(SHIPPED, front="")["tor"].level is Level.SERIOUS
    assert 'front = "unix"' in of_tor(SHIPPED, front="")["tor"].fix


def test_included_files_are_read(tmp_path: Path) -> None:
    """A file, a folder in order, a pattern; the last value of an option counts, and only of its own onion service."""
    folder = tmp_path / "torrc.d"
    folder.mkdir()
    (folder / "10-one").write_text("HiddenServiceMaxStreams 4\n")
    (folder / "20-two").write_text("HiddenServiceMaxStreams 9 # in the end\n")
    (folder / ".hidden").write_text("HiddenServiceMaxStreams 1\n")
    (tmp_path / "other").write_text("HiddenServiceDir /other\nHiddenServiceMaxStreams 2\n")
    torrc = tmp_path / "torrc"
    torrc.write_text(
        f"SocksPort 0\nHiddenServiceDir /x\nHiddenServicePort 80 \\\n unix:{SOCKET}\n"
        f"%include {folder}\n%include {tmp_path}/oth*\n"
    )
    mine, other = tor_checks.onion_services(torrc)
    assert (mine.leads_to(SOCKET), other.leads_to(SOCKET)) == (True, False)
    assert (mine.number("HiddenServiceMaxStreams", 0), other.number("HiddenServiceMaxStreams", 0)) == (9, 2)


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    """No file, and one that includes itself: advice, for another front may stand there."""
    torrc = tmp_path / "torrc"
    assert of_tor(torrc)["tor"].level is Level.WARNING
    torrc.write_text(f"%include {torrc}\n")
    assert "too deep" in of_tor(torrc)["tor"].what


def test_callers_that_cannot_be_told_apart(config: Path) -> None:
    """Behind a bare Unix socket that is serious, on loopback advice, and the finding says what it means."""
    settings = load_config(config)
    for changed, level in (
        (replace(settings, listen=Listen(SOCKET)), Level.SERIOUS),
        (settings, Level.WARNING),
        (replace(settings, listen=Listen(SOCKET), front="unix"), Level.OK),
        (replace(settings, front="127.0.0.1"), Level.OK),
        (replace(settings, listen=Listen(None, "192.0.2.1", 80)), Level.OK),
    ):
        (found,) = (one for one in file_checks.check_config(changed) if one.check == "callers")
        assert found.level is level
        assert ("one flooder takes all" in found.what) == (level is not Level.OK)


def test_what_a_flood_costs_is_said(config: Path, tmp_path: Path) -> None:
    """From the signed numbers; a disk on which the retention does not fit is advice, with how far it goes."""
    said = supply_checks.check_supply(POLICY)
    assert "from one place brings each desk 328 MB" in said.what
    assert "buys 0.9 fresh circuits or prefixes a second, 1.6 GB" in said.what
    settings = replace(load_config(config), disk_reserve=0)
    texts = replace(POLICY, blobs_per_period=0)
    assert supply_checks.check_room(settings, texts, free=27 << 30).level is Level.OK
    short = supply_checks.check_room(settings, texts, free=10 << 30)
    assert short.level is Level.WARNING
    assert "26.2 GB within the 14 periods that are kept; there is room for 4" in short.what
    assert supply_checks.check_room(settings, POLICY, free=57 << 30).level is Level.OK
    assert "60.6 GB within the 14 periods" in supply_checks.check_room(settings, POLICY, free=56 << 30).what


def test_what_files_cost_is_said() -> None:
    """Or that the policy takes none."""
    assert "brings" not in supply_checks.check_blobs(POLICY).what
    assert "bring each desk that takes them 2.1 GB at most" in supply_checks.check_blobs(POLICY).what
    assert "takes none" in supply_checks.check_blobs(replace(POLICY, blobs_per_period=0)).what


def test_the_command_reads_the_torrc_it_is_given(config: Path, world: World) -> None:
    """Only where the server listens on a Unix socket; with the published policy's supply."""
    publish(config, world.directory_text(period=NOW))
    assert "tor" not in levels(findings(config)[1])
    text = config.read_text()
    config.write_text(text.replace('"127.0.0.1:8080"', f'"unix:{SOCKET}"').replace('front = ""', 'front = "unix"'))
    found = {one["check"]: one for one in findings(config, "--torrc", SHIPPED)[1]}
    assert {found[name]["level"] for name in ("callers", "tor", "tor-streams", "tor-price", "supply")} == {"ok"}
    assert f"first turns come at {supply_checks.firsts_a_second(DAILY):.2f} a second" in found["tor-price"]["what"]
    assert "room" in found


def test_no_core_by_a_pipe_either(tmp_path: Path) -> None:
    """A limit of none does not hold back a program that takes cores; a process that is not dumpable has none."""
    pattern = tmp_path / "sys" / "kernel" / "core_pattern"
    pattern.parent.mkdir(parents=True)
    pattern.write_text("|/usr/share/apport %p\n")
    check = machine_checks.check_core_dumps
    assert check(tmp_path, soft=0, dumpable=True).level is Level.SERIOUS
    assert check(tmp_path, soft=-1, dumpable=False).level is Level.OK
    pattern.write_text("core\n")
    assert check(tmp_path, soft=0, dumpable=True).level is Level.OK
    assert check(tmp_path, soft=-1, dumpable=True).level is Level.SERIOUS
