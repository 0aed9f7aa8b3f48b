# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checks of the server's config, folders and files."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from dropbox.local.private import OTHERS
from dropbox.local.writable import try_to_write
from dropbox.server.config import ServerConfig

from .findings import Finding, ok, serious, warning


def check_folders(config: ServerConfig) -> Iterator[Finding]:
    """Folders and files are the server user's alone."""
    for folder in (config.data_dir, config.segments, config.blobs, config.board):
        if not folder.is_dir():
            yield serious("folders", f"{folder} is missing", "run `dropbox-admin init` again")
            return
    owner = config.data_dir.stat().st_uid
    for path in (config.data_dir, *sorted(config.data_dir.rglob("*"))):
        status = path.lstat()
        if status.st_mode & OTHERS:
            yield serious("permissions", f"other users may use {path}", f"run `chmod -R go= {config.data_dir}`")
            return
        if status.st_uid != owner:
            yield serious("permissions", f"{path} belongs to another user", f"run `chown -R {owner} {config.data_dir}`")
            return
    yield ok("permissions", "folders and files are their owner's alone")


def check_writing(config: ServerConfig) -> Iterator[Finding]:
    """Each folder that the server writes to, tried: a sandbox or a disk may forbid what the owner may."""
    socket = config.listen.path
    folders = (config.data_dir, config.segments, config.blobs, config.board)
    for folder in (*folders, *([socket.parent] if socket else [])):
        try:
            try_to_write(folder)
        except OSError as error:
            fix = "see to its disk and owner; under systemd, name it in ReadWritePaths"
            if socket and folder == socket.parent and not folder.exists():
                # The unit file makes it at each start, and takes it away.
                yield warning("writing", f"{folder} is not there now", "start the service by its unit file, or make it")
                continue
            yield serious("writing", f"{folder} cannot be written to: {os.strerror(error.errno or 0)}", fix)
            return
    yield ok("writing", "each folder takes a file")


def check_user(config: ServerConfig, uid: int | None = None) -> Finding:
    """The commands must run as the user who owns the data, or they leave files that the server cannot read."""
    mine = os.geteuid() if uid is None else uid
    owner = config.data_dir.stat().st_uid
    if mine == owner:
        return ok("user", "runs as the owner of the data")
    return warning("user", "this is not the user who owns the data", f"run it as user {owner}")


def check_disk(config: ServerConfig, free: int | None = None) -> Finding:
    """Below the reserve the server takes nothing."""
    left = shutil.disk_usage(config.data_dir).free if free is None else free
    if left <= config.disk_reserve:
        return serious(
            "disk",
            f"{left >> 20} MiB free, the reserve is {config.disk_reserve >> 20} MiB: nothing is taken",
            "free some space, or lower disk_reserve in server.toml",
        )
    if left <= 2 * config.disk_reserve:
        return warning("disk", f"{left >> 20} MiB free, near the reserve", "free some space soon")
    return ok("disk", f"{left >> 20} MiB free")


def check_config(config: ServerConfig) -> Iterator[Finding]:
    """What the settings say about where the server may be reached, and how it tells callers apart."""
    if not config.listen.loopback and config.front:
        yield warning(
            "listen",
            f"listens on {config.listen} for {config.front}: nothing is encrypted between the two",
            'put both on one machine and set listen = "unix:/…"',
        )
    elif not config.listen.loopback:
        yield serious(
            "listen",
            f"listens on {config.listen}: visitors' addresses reach this process, and nothing is encrypted on the way",
            'set listen = "unix:/…" and put Tor (deploy/tor/torrc) or TLS (deploy/haproxy/haproxy.cfg) before it',
        )
    elif config.listen.path is None:
        yield warning(
            "listen",
            f"listens on {config.listen}: every user of this machine can connect",
            'in production set listen = "unix:/…"',
        )
    else:
        yield ok("listen", "a Unix socket")
    yield _check_callers(config)
    if config.demo:
        yield warning("demo", "every page says that this is a demonstration", "set demo = false in server.toml")


def _check_callers(config: ServerConfig) -> Finding:
    """Without a front that says who comes, all who come this way are one."""
    if config.front or not config.listen.loopback:
        return ok("callers", "each has its own share")
    level = serious if config.listen.path else warning
    return level(
        "callers",
        "callers cannot be told apart: one shared caller without limits of its own, each of whose envelopes counts as "
        "a first; one flooder takes all",
        'set front = "unix", with deploy/tor/torrc or deploy/haproxy/haproxy.cfg before a Unix socket',
    )


def check_config_file(path: Path) -> Finding:
    """Nobody but the owner can turn the server to another database or anchor."""
    folder = path.resolve().parent
    if folder.stat().st_mode & 0o022:
        return serious("config", f"others may replace files in {folder}", f"run `chmod go-w {folder}`")
    return ok("config", "complete, and its owner's alone")
