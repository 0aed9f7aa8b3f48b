# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the suites need of the machine beyond Python packages, and the Debian packages that bring it.

Only the standard library is used: the Makefile runs this before `.venv` exists.
"""

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Need:
    """One thing a suite may need. Its name is also the pytest marker of the tests that use it."""

    name: str
    packages: tuple[str, ...]
    present: Callable[[], bool]


def postgres_programs() -> Path | None:
    """The folder with initdb and postgres; Debian keeps it out of PATH, one for each major version."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(versions, key=lambda folder: int(folder.parent.name), default=None)


def find_program(name: str) -> str | None:
    """Like `which`, but also where Debian keeps what only root usually runs."""
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"]))


def _may_mount() -> bool:
    """Root, with a mount namespace of its own to be had: a container may forbid it."""
    program = find_program("unshare")
    return os.geteuid() == 0 and program is not None and subprocess.run([program, "--mount", "true"]).returncode == 0


def _has_venv() -> bool:
    return importlib.util.find_spec("ensurepip") is not None and importlib.util.find_spec("venv") is not None


def _has_chromium() -> bool:
    """The whole one and the one without windows."""
    return None not in (find_program("chromium"), find_program("chromium-headless-shell"))


def _has_wall() -> bool:
    """A sandbox in a namespace of users of its own: a container may forbid that."""
    program = find_program("bwrap")
    words = ["--unshare-user", "--unshare-net", "--ro-bind", "/", "/", "true"]
    return program is not None and subprocess.run([program, *words], capture_output=True).returncode == 0


_OFFICE = ("libreoffice-writer-nogui", "libreoffice-calc-nogui", "libreoffice-impress-nogui")
NEEDS = {
    need.name: need
    for need in (
        Need("venv", (f"python3.{sys.version_info.minor}-venv",), _has_venv),
        Need("postgres", ("postgresql",), lambda: postgres_programs() is not None),
        Need("tor", ("tor",), lambda: find_program("tor") is not None),
        Need("haproxy", ("haproxy",), lambda: find_program("haproxy") is not None),
        Need("chromium", ("chromium", "chromium-headless-shell"), _has_chromium),
        Need("firefox", ("firefox-esr",), lambda: find_program("firefox-esr") is not None),
        Need("pdftotext", ("poppler-utils",), lambda: find_program("pdftotext") is not None),
        Need("bubblewrap", ("bubblewrap", "libseccomp2", "util-linux"), _has_wall),
        Need("ffmpeg", ("ffmpeg",), lambda: find_program("ffmpeg") is not None),
        Need("libreoffice", _OFFICE, lambda: Path("/usr/lib/libreoffice/program/libswlo.so").exists()),
        Need("clamav", ("clamav-daemon",), lambda: find_program("clamd") is not None),
        Need("systemd", ("systemd",), lambda: find_program("systemd-analyze") is not None),
        Need("debhelper", ("debhelper", "dh-apparmor", "dpkg-dev"), lambda: find_program("dh_apparmor") is not None),
        Need("lintian", ("lintian",), lambda: find_program("lintian") is not None),
        Need("mmdebstrap", ("mmdebstrap", "iproute2"), lambda: find_program("mmdebstrap") is not None),
        Need("mounts", ("util-linux",), _may_mount),
    )
}


def missing(names: Iterable[str]) -> list[str]:
    return [name for name in names if not NEEDS[name].present()]


def install(names: Iterable[str]) -> list[str]:
    """Install what is missing where that is allowed; answer what is missing still."""
    absent = missing(names)
    if not absent or os.geteuid() != 0 or not find_program("apt-get"):
        return absent
    packages = [package for name in absent for package in NEEDS[name].packages]
    print(f"installing {' '.join(packages)}", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if done.returncode:
            print(f"apt-get {arguments[0]} failed:\n{done.stdout}{done.stderr}", file=sys.stderr)
            break
    return missing(absent)


def main() -> int:
    parser = argparse.ArgumentParser(description="See, or install, what the project needs of the machine.")
    parser.add_argument("--install", nargs="+", choices=sorted(NEEDS), required=True, metavar="NEED")
    still = install(parser.parse_args().install)
    for name in still:
        packages = " ".join(NEEDS[name].packages)
        print(f"{name} is missing: run `apt-get install {packages}` as root", file=sys.stderr)
    return 1 if still else 0


if __name__ == "__main__":
    sys.exit(main())
