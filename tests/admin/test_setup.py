# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-admin setup`` before it changes anything: which machine, which anchor. What it does on a machine of its own
is typed there (tests/machines)."""

import pwd
from pathlib import Path

import pytest

from dropbox.admin_cli import setup
from tests.admin.operator import admin, refused
from tests.server.world import World


@pytest.fixture
def anchor(tmp_path: Path, world: World) -> Path:
    path = tmp_path / "service.anchor"
    path.write_bytes(world.anchor_text())
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One that the package was installed on, as far as is looked at; what would be done there, in words."""
    done: list[str] = []
    monkeypatch.setattr(setup, "_check_machine", lambda: pwd.getpwuid(0))
    monkeypatch.setattr(setup, "_make_server", lambda *_: done.append("server"))
    monkeypatch.setattr(setup, "_stand_tor_before", lambda: done.append("tor"))
    monkeypatch.setattr(setup, "_start", lambda: done.append("start") or "abc.onion")
    monkeypatch.setattr(setup, "_as_server", lambda *_: 0)
    monkeypatch.setattr(setup, "CONFIG", tmp_path / "server.toml")
    return done


def test_another_machine_is_refused(anchor: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without root, and without what the package brings; each says what is to be done."""
    monkeypatch.setattr("os.geteuid", lambda: 1_000)
    assert "as root" in refused(admin("setup", "--anchor", anchor))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(setup, "SHIPPED", tmp_path)
    assert "package dropbox-server" in refused(admin("setup", "--anchor", anchor))


def test_the_anchor_is_compared_first(anchor: Path, machine: list[str]) -> None:
    """By its last four letters, typed from what the roots published, or whole; with another nothing is done."""
    digest = setup.read_anchor(anchor).anchor.fingerprint.hex()
    wrong = "0000" if not digest.endswith("0000") else "1111"
    for words, typed in (
        (("--database", ""), f"{wrong}\n"),
        (("--database", ""), "\n\n" + digest[-3:] + "\n"),
        (("--fingerprint", "00" * 32), ""),
    ):
        ended = admin("setup", "--anchor", anchor, *words, typed=typed)
        assert ended.exit_code == 1
        assert "that is not this anchor's fingerprint. Nothing was changed" in ended.output + ended.stderr
    assert machine == []
    ended = admin("setup", "--anchor", anchor, "--database", "", typed=f"{digest[-4:].upper()}\n")
    assert ended.exit_code == 0, ended.output
    assert "http://abc.onion" in ended.output
    assert machine == ["server", "tor", "start"]


def test_no_password_stands_on_a_command_line(anchor: Path, machine: list[str], tmp_path: Path) -> None:
    """Neither by setup nor by init: every user of the machine reads the list of processes."""
    digest = setup.read_anchor(anchor).anchor.fingerprint.hex()
    url = "postgresql://dropbox:secret@localhost/dropbox"
    said = refused(admin("setup", "--anchor", anchor, "--fingerprint", digest, "--database", url))
    assert "seen by every user" in said
    assert "secret" not in said
    assert "seen by every user" in refused(
        admin("init", "--dir", tmp_path / "a", "--anchor", anchor, "--database", url)
    )
    assert machine == []


@pytest.mark.parametrize("url", ["postgresql://[::1", "postgresql://a:b/x", "postgresql://a:70000/x", "postgresql"])
def test_what_is_no_url_is_said(anchor: Path, tmp_path: Path, url: str) -> None:
    """Brackets that do not close, and ports that are none."""
    said = refused(admin("init", "--dir", tmp_path / "a", "--anchor", anchor, "--database", url))
    assert "give sqlite:////absolute/file or postgresql://" in said
