# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each shipped unit starts under its own mount rules, by the runbook's paths, and can do what its settings ask."""

from pathlib import Path

import pytest

from tests.admin.kept_service import plain_key
from tests.admin.operator import DAILY, NOW
from tests.deploy.sandbox import DEPLOY, Sandbox
from tests.ports import free_port
from tests.server.world import World

pytestmark = pytest.mark.mounts

USERS = f"""
for package in server desk; do
  install -D -m 0644 {DEPLOY}/debian/dropbox-$package.sysusers /etc/sysusers.d/dropbox-$package.conf
done
install -D -m 0644 {DEPLOY}/tor/torrc /etc/tor/torrc
systemd-sysusers
systemd-tmpfiles --create {DEPLOY}/debian/dropbox-server.tmpfiles
"""
SERVER = (
    USERS
    + """
as dropbox dropbox-admin init --dir /var/lib/dropbox --config /etc/dropbox/server.toml --anchor anchor.txt \
  --listen unix:/run/dropbox/server.sock
"""
)
SERVES = """
serve
until [ -S /run/dropbox/server.sock ] || ! kill -0 $service; do sleep 0.1; done
as "$user" touch /etc/dropbox/x /opt/x /mnt/x && echo "WROTE" || true
setpriv --reuid debian-tor --regid debian-tor --clear-groups /opt/dropbox/bin/python - <<'END'
import socket
line = socket.socket(socket.AF_UNIX)
line.connect("/run/dropbox/server.sock")
line.sendall(b"PROXY TCP6 fc00:dead:beef:4dad::0:1a ::1 26 80\\r\\n")
line.sendall(b"GET /v1/intake HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n")
print("answer", line.recv(64).split()[1].decode())
END
kill -TERM $service || true; wait $service && code=0 || code=$?; echo "ended $code"
"""
DESK_FOLDERS = """
chown dropbox-desk: /mnt/backup; chmod 0700 /mnt/backup
install -d -m 0700 /etc/dropbox-desk
install -m 0600 desk.key /etc/dropbox-desk/north.key
install -d -o dropbox-desk -g dropbox-desk -m 0700 /var/lib/dropbox-desk
"""
DESK = (
    USERS
    + DESK_FOLDERS
    + """
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


REMINDED = """
python=/opt/dropbox/bin/python
SAID=$(printf '%s\\n%s\\n' "$(cat desk.key)" "a first member's own" | as dropbox-desk dropbox-desk init \
  --vault /var/lib/dropbox-desk/north --service http://127.0.0.1:9 --anchor anchor.txt --name "Northern unit" \
  --member ada --backup none --json | cat)
SECRET=$(printf %s "$SAID" | $python -c 'import json, sys; print(json.load(sys.stdin)["totp_secret"])')
printf '#!/bin/sh\\n/bin/cat > /var/lib/dropbox-desk/north/taken\\n' > /opt/take; chmod 0755 /opt/take
$python - <<'END'
import re, pathlib
path = pathlib.Path("/var/lib/dropbox-desk/north/desk.toml")
text = path.read_text()
for key, value in dict(WAY, reminder_from='"notice@unit.example"').items():
    text = re.sub(f"(?m)^{key} = .*$", f"{key} = {value}", text)
path.write_text(text)
END
cat > /opt/relay.py <<'END'
import socket
door = socket.create_server(("127.0.0.1", PORT))
line = door.accept()[0].makefile("rwb", buffering=0)
line.write(b"220 relay\\r\\n")
while word := line.readline():
    if word.lower().startswith(b"data"):
        line.write(b"354 go on\\r\\n")
        mail = b"".join(iter(line.readline, b".\\r\\n"))
        print("RELAYED", mail.splitlines()[-1].decode(), flush=True)
    line.write(b"221 bye\\r\\n" if word.lower().startswith(b"quit") else b"250 yes\\r\\n")
    if word.lower().startswith(b"quit"):
        break
END
"""
REMINDS = """
/opt/dropbox/bin/python /opt/relay.py & relay=$!
serve
until [ -S /var/lib/dropbox-desk/north/desk.sock ] || ! kill -0 $service; do sleep 0.1; done
CODE=$(/opt/dropbox/bin/python -c 'import base64, sys, time; from journalist_ui.people import codes
print(codes.code_at(base64.b32decode(sys.argv[1]), int(time.time() // codes.STEP)))' "$SECRET")
session=/var/lib/dropbox-desk/north/ada.session
printf '%s\\n%s\\n' "a first member's own" "$CODE" | as "$user" dropbox-desk login \
  --vault /var/lib/dropbox-desk/north --member ada --session $session
as "$user" dropbox-desk notify --to ada@unit.example --session $session
as "$user" dropbox-desk notify --try --session $session
[ ! -f /var/lib/dropbox-desk/north/taken ] || echo "TAKEN $(tail -n 1 /var/lib/dropbox-desk/north/taken)"
kill -TERM $service $relay || true; wait $service && code=0 || code=$?; echo "ended $code"
"""


@pytest.mark.parametrize("way", ["relay", "command"])
def test_a_desk_hands_its_reminders_on(tmp_path: Path, given: dict[str, str], way: str) -> None:
    """Under the rules of the unit file, to a relay of the machine and to a command, each as whole as it was written."""
    port = free_port()
    relay, command = f"dict(reminder_relay='\"127.0.0.1:{port}\"')", "dict(reminder_command='[\"/opt/take\"]')"
    said = {"relay": relay, "command": command}
    prepared = (USERS + DESK_FOLDERS + REMINDED).replace("WAY", said[way]).replace("PORT", str(port))
    sandbox = Sandbox(DEPLOY / "systemd" / "desk.service", tmp_path, "north", given)
    done = sandbox.run(prepared, REMINDS, credential="/etc/dropbox-desk/north.key")
    word = {"relay": "RELAYED", "command": "TAKEN"}[way]
    assert f"{word} -------- Nothing to do. --------" in done.stdout.replace("\r", ""), done.stdout + done.stderr
    assert f"One was handed to the {way}, for ada@unit.example." in done.stdout
    assert "ended 0" in done.stdout


KEEPS = """
as "$user" dropbox serve --config /etc/dropbox/server.toml & server=$!
told() { as "$user" dropbox-admin status --config /etc/dropbox/server.toml || true; }
begun() { told | grep -q 'newest closed period *[0-9]'; }
until begun; do sleep 0.2; done
serve
wait $service && code=0 || code=$?; echo "ended $code"
ls /mnt/backup
as "$user" touch /etc/dropbox/x /opt/x && echo "WROTE" || true
kill -TERM $server; wait $server || true
"""


@pytest.mark.parametrize("disk", [True, False])
def test_the_server_writes_its_backup(tmp_path: Path, disk: bool) -> None:
    """Beside the running server, to the other disk that the runbook names and nowhere else; a disk that is not there is
    told, at the level that the journal keeps."""
    world = World(policy=DAILY)
    recipient = plain_key(tmp_path)[1]
    given = {"anchor.txt": world.anchor_text().decode(), "directory.txt": world.directory_text(period=NOW).decode()}
    mounted = (
        "chown dropbox: /mnt/backup; chmod 0700 /mnt/backup\n" if disk else "umount /mnt/backup; rmdir /mnt/backup\n"
    )
    prepare = SERVER.replace("unix:/run/dropbox/server.sock", "127.0.0.1:8080") + mounted
    prepare += f"""
sed -i 's#^backup = .*#backup = "/mnt/backup"#; s#^backup_recipient = .*#backup_recipient = "{recipient}"#' \\
  /etc/dropbox/server.toml
as dropbox dropbox-admin directory publish --config /etc/dropbox/server.toml --directory directory.txt --yes
"""
    (tmp_path / "stage").mkdir()
    done = Sandbox(DEPLOY / "systemd" / "backup.service", tmp_path / "stage", given=given).run(prepare, KEEPS)
    assert f"ended {0 if disk else 1}" in done.stdout, done.stdout + done.stderr
    assert ("standby.age" in done.stdout.partition("ended")[2]) == disk
    assert ("mount its disk, or make it" in done.stderr) != disk
    assert "WROTE" not in done.stdout


WATCHES = """
serve
wait $service && code=0 || code=$?; echo "ended $code"
cat /var/lib/dropbox/taken
as "$user" touch /etc/dropbox/x /opt/x && echo "WROTE" || true
"""


def test_the_watch_tells_a_program(tmp_path: Path, given: dict[str, str]) -> None:
    """Under the rules of its unit: that no server runs reaches the program that the settings name."""
    prepare = SERVER + (
        "printf '#!/bin/sh\\n/bin/cat > /var/lib/dropbox/taken\\n' > /opt/tell; chmod 0755 /opt/tell\n"
        "sed -i 's#^alarm = .*#alarm = [\"/opt/tell\"]#' /etc/dropbox/server.toml\n"
    )
    done = Sandbox(DEPLOY / "systemd" / "watch.service", tmp_path, given=given).run(prepare, WATCHES)
    taken = done.stdout.partition("ended 2\n")[2]
    assert taken.startswith("now: no server runs. The operator: "), done.stdout + done.stderr
    assert "WROTE" not in done.stdout
