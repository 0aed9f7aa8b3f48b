# SPDX-License-Identifier: AGPL-3.0-or-later
"""Runs a shipped unit's commands under its own mount rules, as its own user, without systemd as the first process.

In a mount namespace of its own stand an empty /etc/dropbox, /var/lib, /run, /opt and /mnt, so that the paths are those
of the unit file and nothing of this machine is touched. What is kept: ProtectSystem=strict with StateDirectory,
RuntimeDirectory and ReadWritePaths, PrivateTmp, ProtectHome, PrivateNetwork, User, UMask, LimitCORE, NoNewPrivileges,
an empty capability set, the credential. What only systemd can do, and is not: the filter of system calls, its other
namespaces and the filter of addresses; `systemd-analyze` judges those.
"""

import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.rules.tree import ROOT

VENV = Path(sys.executable).parents[1]
DEPLOY = ROOT / "deploy"
_HOMES = tuple(f"{home}/" for home in ("/home", "/root"))
_TEMPORARY = ("/tmp/", "/var/tmp/")  # noqa: S108 - hidden, not used
_STAGE = """
set -euo pipefail
umask 022
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs {stage}
for over in etc usr/lib; do
  mkdir -p {stage}/$over/upper {stage}/$over/work
  mount -t overlay overlay -o lowerdir=/$over,upperdir={stage}/$over/upper,workdir={stage}/$over/work /$over
done
for fresh in /opt /var/lib /run /mnt; do mount -t tmpfs -o mode=755 tmpfs $fresh; done
mkdir -p /opt/dropbox /mnt/backup /run/credentials
mount --bind {venv} /opt/dropbox
for package in server desk; do ln -s /opt/dropbox /usr/lib/dropbox-$package; done
mount -t tmpfs -o mode=755 tmpfs /mnt/backup
# From the start: the service's user must reach the Python of a test that lies in a home.
{hide}
export PATH=/opt/dropbox/bin:$PATH
become() {{
  exec setpriv --reuid "$1" --regid "$1" --init-groups --inh-caps=-all --bounding-set=-all --no-new-privs "${{@:2}}"
}}
as() {{ (become "$@"); }}
"""
_SEAL = """
mkdir -p {writable}
for own in {writable}; do mount --bind "$own" "$own"; done
{optional}
while read -r point; do
  case "$point" in /proc|/proc/*|/sys|/sys/*|/dev|/dev/*) ;; *)
    if ! printf '%s\\n' {writable} $extra | grep -qxF -- "$point"; then
      # One that lies under another mount is out of reach anyway.
      mount -o remount,bind,ro "$point" 2> /dev/null || [ ! -e "$point" ]
    fi ;;
  esac
done < <(awk '{{print $5}}' /proc/self/mountinfo | sort -u)
for own in /tmp /var/tmp; do mount -t tmpfs -o mode=1777 tmpfs $own; done
{back}
umask {umask}
ulimit -c 0
cd /
"""


def _kept() -> list[str]:
    """What runs the program where a test's own Python or clone lies in a folder that the unit hides."""
    needed = {str(path) for path in (Path(sys.base_prefix), ROOT, VENV)}
    outer = {path for path in needed if not any(path.startswith(f"{other}/") for other in needed - {path})}
    return sorted(path for path in outer if path.startswith((*_HOMES, *_TEMPORARY)))


def _back(folders: tuple[str, ...]) -> str:
    """Put it back where these folders are hidden."""
    return "\n".join(
        f"mkdir -p {path}; mount --bind /run/keep{at} {path}; mount -o remount,bind,ro {path}"
        for at, path in enumerate(_kept())
        if path.startswith(folders)
    )


def _hide_homes() -> str:
    """Empty homes, but for what is kept."""
    lines = [f"mkdir /run/keep{at}; mount --bind {path} /run/keep{at}" for at, path in enumerate(_kept())]
    lines.append("for hidden in /home /root; do mount -t tmpfs -o mode=711 tmpfs $hidden; done")
    return "\n".join([*lines, _back(_HOMES), "for hidden in /home /root; do mount -o remount,ro $hidden; done"])


def settings(unit: Path, instance: str = "%i") -> dict[str, list[str]]:
    """Every setting of a unit file, with its instance's name put in."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            name, value = line.split("=", 1)
            found.setdefault(name, []).append(value.replace("%i", instance))
    return found


@dataclass
class Sandbox:
    """``prepare`` runs as root before the rules hold, as an operator would; then ``probe`` beside the unit."""

    unit: Path
    stage: Path
    instance: str = ""
    given: dict[str, str] = field(default_factory=dict)
    """Files that stand ready where ``prepare`` runs."""

    def run(self, prepare: str, probe: str, credential: str = "") -> subprocess.CompletedProcess[str]:
        """The unit's commands run in the background as ``serve``; ``as`` and the unit's ``user`` stand in the shell."""
        said = settings(self.unit, self.instance)
        assert said["ProtectSystem"] == ["strict"]
        user = said["User"][0]
        state = [f"/var/lib/{one}" for one in said.get("StateDirectory", [])]
        runtime = [f"/run/{one}" for one in said.get("RuntimeDirectory", [])]
        named = [one for value in said.get("ReadWritePaths", []) for one in value.split()]
        optional = "extra=''\n" + "".join(
            f'if [ -d {one[1:]} ]; then extra="$extra {one[1:]}"; mount --bind {one[1:]} {one[1:]}; fi\n'
            for one in named
            if one.startswith("-")
        )
        must = [one for one in named if not one.startswith("-")]
        owned = [f"install -d -o {user} -g {user} -m 0700 {one}" for one in state]
        owned += [f"install -d -o {user} -g {user} -m {said['RuntimeDirectoryMode'][0]} {one}" for one in runtime]
        if credential:
            owned.append(f"install -o {user} -g {user} -m 0400 {credential} /run/credentials/desk-key")
            owned.append("export CREDENTIALS_DIRECTORY=/run/credentials")
        before = [f"as {user} {one.lstrip('-')} || true" for one in said.get("ExecStartPre", [])]
        script = "\n".join(
            [
                _STAGE.format(stage=self.stage, venv=VENV, hide=_hide_homes()),
                f"mkdir -p /run/given; cd /run/given\n{self._files()}",
                prepare,
                *owned,
                _SEAL.format(
                    writable=" ".join([*state, *runtime, *must]),
                    optional=optional,
                    back=_back(_TEMPORARY),
                    umask=said["UMask"][0],
                ),
                f"user={user}; export JOURNAL_STREAM=0:0",
                *before,
                f"serve() {{ become {user} {said['ExecStart'][0]} & service=$!; }}",
                probe,
            ]
        )
        network = ["--net"] if said.get("PrivateNetwork") == ["yes"] else []
        command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", *network, "bash", "-c", script]
        return subprocess.run(command, capture_output=True, text=True, timeout=380, check=False)

    def _files(self) -> str:
        return "\n".join(f"printf %s {shlex.quote(text)} > {name}" for name, text in self.given.items())
