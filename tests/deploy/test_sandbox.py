# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each shipped unit starts under its own mount rules, by the runbook's paths, and can do what its settings ask."""

from pathlib import Path

import pytest

from tests.deploy.sandbox import DEPLOY, Sandbox
from tests.server.world import World

pytestmark = pytest.mark.mounts

USERS = f"""
install -D -m 0644 {DEPLOY}/systemd/sysusers.conf /etc/sysusers.d/dropbox.conf
install -D -m 0644 {DEPLOY}/tor/torrc /etc/tor/torrc
systemd-sysusers
"""
SERVER = (
    USERS
    + """
install -d -o dropbox -g dropbox -m 0700 /etc/dropbox /var/lib/dropbox
as dropbox dropbox-admin init --dir /var/lib/dropbox --config /etc/dropbox/server.toml --anchor anchor.txt \
  --listen unix:/run/dropbox/server.sock
"""
)
SERVES = """
serve
until [ -S /run/dropbox/server.sock ] || ! kill -0 $service; do sleep 0.1; done
as "$user" touch /etc/dropbox/x /opt/x /mnt/x && echo "WROTE" || true
id debian-tor | grep -q '(dropbox)' && as debian-tor /opt/dropbox/bin/python - <<'END'
import socket
line = socket.socket(socket.AF_UNIX)
line.connect("/run/dropbox/server.sock")
line.sendall(b"PROXY TCP6 fc00:dead:beef:4dad::0:1a ::1 26 80\\r\\n")
line.sendall(b"GET /v1/intake HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n")
print("answer", line.recv(64).split()[1].decode())
END
kill -TERM $service || true; wait $service && code=0 || code=$?; echo "ended $code"
"""
DESK = (
    USERS
    + """
chown dropbox-desk: /mnt/backup; chmod 0700 /mnt/backup
install -d -m 0700 /etc/dropbox-desk
install -m 0600 desk.key /etc/dropbox-desk/north.key
install -d -o dropbox-desk -g dropbox-desk -m 0700 /var/lib/dropbox-desk
printf '%s\\n%s\\n' "$(cat desk.key)" "a first member's own" | as dropbox-desk dropbox-desk init \
  --vault /var/lib/dropbox-desk/north --service http://127.0.0.1:9 --anchor anchor.txt --name "Northern unit" \
  --member ada --backup /mnt/backup | cat > /dev/null
"""
)
BACKS_UP = """
serve
until [ -S /var/lib/dropbox-desk/north/desk.sock ] || ! kill -0 $service; do sleep 0.1; done
ls /var/lib/dropbox-desk/north
as "$user" dropbox-desk backup --vault /var/lib/dropbox-desk/north && ls /mnt/backup
as "$user" touch /etc/x /var/lib/dropbox-desk/x && echo "WROTE" || true
kill -TERM $service || true; wait $service && code=0 || code=$?; echo "ended $code"
"""


@pytest.fixture
def given() -> dict[str, str]:
    return {"anchor.txt": World().anchor_text().decode(), "desk.key": "a desk's own passphrase"}


def changed(tmp_path: Path, name: str, *without: str) -> Path:
    """The shipped unit without some of its lines."""
    unit = tmp_path / name
    lines = (DEPLOY / "systemd" / name).read_text().splitlines()
    unit.write_text("\n".join(line for line in lines if not line.startswith(without or ("\0",))))
    return unit


def test_the_server_starts_and_answers_tor(tmp_path: Path, given: dict[str, str]) -> None:
    """By the runbook's steps; its self-check finds every folder writable and Tor's lines sound, Tor's user gets an
    answer, and nothing else of the machine can be written to."""
    sandbox = Sandbox(DEPLOY / "systemd" / "server.service", tmp_path, given=given)
    done = sandbox.run(SERVER, SERVES)
    assert "listening on unix:/run/dropbox/server.sock" in done.stdout, done.stdout + done.stderr
    assert "answer 503" in done.stdout, done.stdout + done.stderr
    assert "ended 0" in done.stdout
    assert "WROTE" not in done.stdout
    assert done.stderr.count("Read-only file system") == 3
    assert "serious" not in done.stdout
    assert "warning tor" not in done.stdout


def test_a_server_without_its_folder_says_so(tmp_path: Path, given: dict[str, str]) -> None:
    """The self-check inside the sandbox names the folder, at the level that the journal keeps; the start is refused."""
    unit = changed(tmp_path, "server.service", "StateDirectory")
    (tmp_path / "stage").mkdir()
    ends = 'serve; wait $service && code=0 || code=$?; echo "ended $code"'
    done = Sandbox(unit, tmp_path / "stage", given=given).run(SERVER, ends)
    assert "<3>serious writing: /var/lib/dropbox/data cannot be written to: Read-only file system" in done.stdout
    assert "Error: cannot write in /var/lib/dropbox/data: Read-only file system" in done.stderr
    assert "ended 1" in done.stdout


def test_a_desk_writes_its_backup(tmp_path: Path, given: dict[str, str]) -> None:
    """To the other disk that the runbook names, with the desk passphrase as a credential; to no other desk's folder."""
    sandbox = Sandbox(DEPLOY / "systemd" / "desk.service", tmp_path, "north", given)
    done = sandbox.run(DESK, BACKS_UP, credential="/etc/dropbox-desk/north.key")
    assert "desk: running" in done.stdout, done.stdout + done.stderr
    assert ".db" in done.stdout.partition("desk: running")[2].replace("vault.db", ""), done.stdout + done.stderr
    assert "ended 0" in done.stdout
    assert "WROTE" not in done.stdout


def test_a_desk_without_its_backup_path_cannot(tmp_path: Path, given: dict[str, str]) -> None:
    """What the test above would say of a unit file that forbids what its settings ask for."""
    unit = changed(tmp_path, "desk.service", "ReadWritePaths")
    (tmp_path / "stage").mkdir()
    done = Sandbox(unit, tmp_path / "stage", "north", given).run(
        DESK, BACKS_UP, credential="/etc/dropbox-desk/north.key"
    )
    assert "desk: running" in done.stdout, done.stdout + done.stderr
    assert "backup" in done.stderr
    assert ".db" not in done.stdout.partition("desk: running")[2].replace("vault.db", "")


def test_a_disk_that_is_not_there_keeps_no_desk_down(tmp_path: Path, given: dict[str, str]) -> None:
    """The desk starts all the same and says what is missing."""
    gone = DESK.replace(
        "chown dropbox-desk: /mnt/backup; chmod 0700 /mnt/backup", "umount /mnt/backup; rmdir /mnt/backup"
    )
    sandbox = Sandbox(DEPLOY / "systemd" / "desk.service", tmp_path, "north", given)
    prepared = gone.replace("--backup /mnt/backup", "--backup none") + (
        "sed -i 's#^backup = .*#backup = \"/mnt/backup\"#' /var/lib/dropbox-desk/north/desk.toml\n"
    )
    done = sandbox.run(prepared, BACKS_UP, credential="/etc/dropbox-desk/north.key")
    assert "desk: running" in done.stdout, done.stdout + done.stderr
    assert "backup" in done.stderr
