# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-admin setup``: from an installed package to a running onion service, on a machine of its own."""

import os
import pwd
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import click

from dropbox.command_line.output import say_done
from dropbox.local.whole_file import write_whole
from dropbox.protocol.armour import ANCHOR, armour
from dropbox.server.config import ConfigRefused, parse_database, read_anchor

from .init import refuse_password

SHIPPED = Path("/usr/share/dropbox-server")
"""What the package dropbox-server brings for Tor."""
USER = "dropbox"
ETC, STATE, SOCKET = Path("/etc/dropbox"), Path("/var/lib/dropbox"), Path("/run/dropbox/server.sock")
TORRC, TORRC_BEFORE = Path("/etc/tor/torrc"), Path("/etc/tor/torrc.before-dropbox")
FENCE = Path("/etc/apparmor.d/local/system_tor")
HOSTNAME = Path("/var/lib/tor/dropbox/hostname")
CONFIG = ETC / "server.toml"
_ENFORCES = Path("/sys/module/apparmor/parameters/enabled")
_PATIENCE = 60.0
_ONLY = ("dropbox-server.service", "tor@default.service")


def _run(*command: str) -> None:
    """One of the machine's own programs. Raises ConfigRefused."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)  # noqa: S603 - fixed words
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise ConfigRefused(f"`{' '.join(command)}` failed: {said[-1] if said else done.returncode}")


def _as_server(*words: str) -> int:
    """This command again, as the server's own user, so that it can read what is made. Its exit code."""
    become = ("setpriv", "--reuid", USER, "--regid", USER, "--init-groups", "--reset-env")
    sys.stdout.flush()
    command = [*become, sys.argv[0], *words]
    return subprocess.run(command, stdin=subprocess.DEVNULL, cwd="/").returncode  # noqa: S603 - itself


def _check_machine() -> pwd.struct_passwd:
    """Raises ConfigRefused where this is not the machine that the package makes."""
    if os.geteuid() != 0:
        raise ConfigRefused("setup changes the machine: run it as root")
    missing = [path for path in (SHIPPED / "torrc", Path("/run/systemd/system"), TORRC.parent) if not path.exists()]
    if missing:
        raise ConfigRefused(
            f"{missing[0]} is not there: setup is for a Debian machine with systemd and the package dropbox-server "
            "installed; elsewhere follow `dropbox-admin init --help`"
        )
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        raise ConfigRefused(f"there is no user {USER}: install the package dropbox-server again") from None


def _compare(anchor: Path, expected: str | None) -> bytes:
    """The armoured anchor, once somebody said that its fingerprint is the one that the roots published.
    Raises ConfigRefused."""
    signed = read_anchor(anchor)
    digest = signed.anchor.fingerprint.hex()
    if expected is None:
        click.echo(f"The fingerprint of {anchor} is\n\n  {' '.join(textwrap.wrap(digest, 4))}\n")
        click.echo("Compare all of it with what the roots published, in more than one place.")
        expected = click.prompt("Type the last four letters of theirs")
        same = digest.endswith(expected.strip().lower()) and len(expected.strip()) == 4
    else:
        same = "".join(expected.split()).lower() == digest
    if not same:
        raise ConfigRefused(
            "that is not this anchor's fingerprint. Nothing was changed; ask the roots for their anchor"
        )
    return armour(ANCHOR, signed.encode())


def _ask_database(given: str | None) -> str | None:
    """A URL, None for SQLite in the server's folder. Raises ConfigRefused."""
    if given is None and not CONFIG.exists():
        click.echo("The database: SQLite in the server's own folder, unless you have a PostgreSQL for it.")
        given = click.prompt("URL of the database, or Enter for SQLite", default="", show_default=False)
    if not given:
        return None
    refuse_password(given)
    parse_database(given)
    return given


def _own(path: Path, user: pwd.struct_passwd) -> None:
    # A link there could have been put by that user.
    os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def _make_server(anchor: bytes, database: str | None, user: pwd.struct_passwd) -> None:
    """Folders, config and database, by ``init``. Raises ConfigRefused."""
    for folder in (ETC, STATE):
        folder.mkdir(mode=0o700, exist_ok=True)
        _own(folder, user)
    pinned = ETC / "anchor.txt"
    write_whole(pinned, anchor)
    _own(pinned, user)
    words = ["init", "--dir", str(STATE), "--config", str(CONFIG), "--anchor", str(pinned)]
    words += ["--listen", f"unix:{SOCKET}", *(("--database", database) if database else ())]
    if _as_server(*words):
        raise ConfigRefused("the server could not be made; its last line says why. Mend that and run setup again")


def _stand_tor_before() -> None:
    """Tor's settings as they are shipped; what stood there before is kept beside them. Raises ConfigRefused."""
    shipped = (SHIPPED / "torrc").read_bytes()
    if not TORRC.exists() or TORRC.read_bytes() != shipped:
        if TORRC.exists() and not TORRC_BEFORE.exists():
            shutil.copy2(TORRC, TORRC_BEFORE)
            click.echo(f"{TORRC} is now the service's; what stood there is {TORRC_BEFORE}")
        write_whole(TORRC, shipped, 0o644)
    fence = (SHIPPED / "system_tor").read_bytes()
    before = FENCE.read_bytes() if FENCE.exists() else b""
    if FENCE.parent.is_dir() and fence not in before:
        write_whole(FENCE, before + fence, 0o644)
    if _ENFORCES.exists() and _ENFORCES.read_text().strip() == "Y":
        _run("apparmor_parser", "-r", "/etc/apparmor.d/system_tor")


def _start() -> str:
    """The onion address, once Tor has one. Raises ConfigRefused."""
    _run("systemctl", "daemon-reload")
    _run("systemctl", "enable", "--now", _ONLY[0])
    _run("systemctl", "enable", "tor.service")
    _run("systemctl", "restart", _ONLY[1])
    until = time.monotonic() + _PATIENCE
    while not (HOSTNAME.exists() and SOCKET.exists()):
        if time.monotonic() > until:
            late = _ONLY[0] if not SOCKET.exists() else _ONLY[1]
            raise ConfigRefused(f"{late} does not start: see `journalctl -u {late}`, mend it, and run setup again")
        time.sleep(0.5)
    return HOSTNAME.read_text(encoding="ascii").strip()


@click.command(
    epilog="Example:  dropbox-admin setup --anchor /media/roots/service.anchor",
)
@click.option(
    "--anchor",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    prompt="Anchor file of the roots",
    help="The roots' anchor file; asked for if left out.",
)
@click.option("--fingerprint", help="The anchor's, as the roots published it, in place of comparing it by eye.")
@click.option("--database", help="A URL; asked for if left out. Empty for SQLite.")
def setup(anchor: Path, fingerprint: str | None, database: str | None) -> None:
    """Set up this machine as the server: config, database, Tor, the running service. As root, on a machine that does
    nothing else. Run it again after it stopped: it goes on."""
    user = _check_machine()
    text = _compare(anchor, fingerprint)
    where = _ask_database(database)
    _make_server(text, where, user)
    _stand_tor_before()
    address = _start()
    found = _as_server("doctor", "--config", str(CONFIG))
    say_done(
        f"The service runs. Its address is\n\n  http://{address}\n\nIts key is {HOSTNAME.parent}: back that folder up "
        "offline, once. Next: docs/runbooks/first-unit.md."
    )
    if found:
        raise SystemExit(found)
