# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shipped preview.socket and preview.service under a real systemd: every line of the unit holds, its filter of
system calls too, and a sandbox is made in it all the same.

systemd is the first process of namespaces of its own. Its root is this machine's under a layer in memory, entered by
pivot_root, so that whatever it starts or cleans changes nothing here; no unit but the two is started.
"""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.sandbox import _HOMES, _TEMPORARY, DEPLOY, VENV
from tests.previews import samples
from tests.rules.tree import ROOT

pytestmark = [pytest.mark.mounts, pytest.mark.systemd, pytest.mark.bubblewrap]
_BASE = Path(sys.base_prefix).resolve()
STAGE = """
set -euo pipefail
mount --make-rprivate /
mount -t tmpfs tmpfs {stage}
R={stage}/root
mkdir {stage}/upper {stage}/work $R
mount -t overlay overlay -o lowerdir=/,upperdir={stage}/upper,workdir={stage}/work $R
mount -t proc proc $R/proc
mount --bind $R/proc/sys $R/proc/sys; mount -o remount,bind,ro $R/proc/sys
mount -t sysfs -o ro sysfs $R/sys
mount -t tmpfs -o mode=755 tmpfs $R/sys/fs/cgroup
mount -t cgroup2 none $R/sys/fs/cgroup
mount --bind /dev $R/dev
for fresh in run tmp var/tmp; do mount -t tmpfs -o mode=1777 tmpfs $R/$fresh; done
chmod 755 $R/run $R/root
mkdir -p $R/opt/dropbox $R/given $R/old; ln -s /opt/dropbox $R/usr/lib/dropbox-desk
for kept in {kept}; do mkdir -p $R$kept; mount --bind $kept $R$kept; mount -o remount,bind,ro $R$kept; done
mount --bind {venv} $R/opt/dropbox; mount -o remount,bind,ro $R/opt/dropbox
mount --bind {given} $R/given
U=$R/etc/systemd/system
rm -rf $U; mkdir -p $U/dropbox-preview@.service.d $U/dropbox-preview.socket.d
cp {units}/preview.service $U/dropbox-preview@.service
cp {units}/preview.socket $U/dropbox-preview.socket
printf '[Unit]\\nDefaultDependencies=no\\n[Service]\\n{more}' > $U/dropbox-preview@.service.d/here.conf
printf '[Unit]\\nDefaultDependencies=no\\n' > $U/dropbox-preview.socket.d/here.conf
printf '[Unit]\\nDefaultDependencies=no\\nWants=dropbox-preview.socket\\n' > $U/trial.target
install -D -m 0644 {users} $R/etc/sysusers.d/dropbox-desk.conf
cd $R; pivot_root . old; umount -l /old; cd /
systemd-sysusers
(
  until [ -S /run/dropbox-preview/socket ]; do sleep 0.1; done
  for who in dropbox-desk nobody; do
    setpriv --reuid $who --regid "$(id -g $who)" --clear-groups /opt/dropbox/bin/python /given/ask.py > /given/$who
  done
  touch /given/done
) > /given/log 2>&1 &
exec /lib/systemd/systemd --system --unit=trial.target --log-target=null --show-status=no
"""
ASK = """
import json
from pathlib import Path
from journalist_ui.previews.asking import looking
from journalist_ui.previews.renderer.wire import Purpose
found = {}
for path in sorted(Path("/given/files").iterdir()):
    frames = list(looking("/run/dropbox-preview/socket")(path.read_bytes(), Purpose.VIEW, 1))
    found[path.name] = [len(frames) - 2, frames[-1].why.name]
print(json.dumps(found))
"""


def stage(folder: Path) -> list[str]:
    """What starts systemd, with everything that the test gives it and gets from it in ``folder``/given."""
    kept = [str(path) for path in dict.fromkeys((ROOT, VENV.resolve(), _BASE)) if not path.is_relative_to("/usr")]
    more = "ProtectHome=no\\n" if any(path.startswith(_HOMES) for path in kept) else ""
    more += "".join(f"BindReadOnlyPaths={path}\\n" for path in kept if path.startswith(_TEMPORARY))
    places = {
        "stage": folder / "stage",
        "given": folder / "given",
        "units": DEPLOY / "systemd",
        "users": ROOT / "deploy" / "debian" / "dropbox-desk.sysusers",
        "venv": VENV,
    }
    (folder / "stage").mkdir()
    script = STAGE.format(kept=" ".join(kept), more=more, **places)
    alone = ["--mount", "--pid", "--net", "--uts", "--ipc", "--cgroup", "--fork", "--kill-child"]
    return ["unshare", *alone, "bash", "-c", script]


def looked(folder: Path) -> dict[str, Any]:
    """What the desk's user and another one got, by the name of the file."""
    words = stage(folder)
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 240
        while not (folder / "given" / "done").exists():
            assert running.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < until, (folder / "given" / "log").read_text()
            time.sleep(0.1)
    finally:
        running.kill()
        running.wait()
    return {who: json.loads((folder / "given" / who).read_text() or "null") for who in ("dropbox-desk", "nobody")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "given" / "files").mkdir(parents=True)
    tmp_path.chmod(0o755)
    (tmp_path / "given").chmod(0o755)
    (tmp_path / "given" / "ask.py").write_text(ASK)
    for name, data in {
        "archive": b"PK\x03\x04 of something",
        "picture": samples.picture_file("JPEG"),
        "pages": samples.pdf_file(3),
        "sound": samples.wav_file(1),
    }.items():
        (tmp_path / "given" / "files" / name).write_bytes(data)
    return tmp_path


@pytest.mark.ffmpeg
def test_the_shipped_units_make_sandboxes_for_the_desk_alone(folder: Path) -> None:
    """Pictures, pages and sound come out, by one process and by further programs; another user's ask is not heard."""
    found = looked(folder)
    assert found["dropbox-desk"] == {
        "archive": [0, "ARCHIVE"],
        "pages": [3, "ALL"],
        "picture": [1, "ALL"],
        "sound": [1, "ALL"],
    }
    assert set(map(tuple, found["nobody"].values())) == {(0, "NO_SANDBOX")}


def test_a_unit_that_forbids_a_sandbox_shows_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the test above would say of a unit file that forbids what bubblewrap needs."""
    units = folder / "units" / "systemd"
    units.mkdir(parents=True)
    for name in ("preview.service", "preview.socket"):
        text = (DEPLOY / "systemd" / name).read_text()
        (units / name).write_text(
            text.replace("RestrictNamespaces=user mnt pid net ipc uts cgroup", "RestrictNamespaces=yes")
        )
    monkeypatch.setattr("tests.deploy.test_preview_service.DEPLOY", folder / "units")
    found = looked(folder)
    assert set(map(tuple, found["dropbox-desk"].values())) == {(0, "NO_SANDBOX")}
