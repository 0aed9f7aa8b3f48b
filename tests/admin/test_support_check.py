# SPDX-License-Identifier: AGPL-3.0-or-later
"""The self-check tells of lines of support before they go from the pages, and once they have gone."""

from datetime import date
from pathlib import Path

import pytest

from dropbox.admin_cli.findings import Level
from dropbox.admin_cli.support_checks import check_support
from tests.admin.operator import admin

TODAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("checked", "level", "said"),
    [
        ("2026-12-01", Level.OK, "shown: 1"),
        ("2026-01-01", Level.OK, "shown: 1"),
        ("2025-12-30", Level.WARNING, "lgbt (last shown on 2026-12-30)"),
        ("2025-12-01", Level.WARNING, "lgbt (last shown on 2026-12-01)"),
        ("2025-11-30", Level.WARNING, "not shown"),
        ("2026-12-02", Level.WARNING, "not shown"),
    ],
)
def test_a_line_is_told_before_it_goes(tmp_path: Path, checked: str, level: Level, said: str) -> None:
    """From 30 days before on, and as long as it is gone; so is one whose day is still to come."""
    file = tmp_path / "support.toml"
    file.write_text(f'[lgbt]\nnumber = "0113 496 0000"\nchecked = {checked}\n')
    (found,) = check_support(file, TODAY)
    assert (found.level, said in found.what) == (level, True)
    assert (str(file) in found.fix) == (level is not Level.OK)


def test_without_a_file_and_with_a_broken_one(tmp_path: Path) -> None:
    """No lines are no fault; a file that the server refuses is serious."""
    assert [one.level for one in check_support(None, TODAY)] == [Level.OK]
    (tmp_path / "support.toml").write_text("[nobody]\n")
    assert [one.level for one in check_support(tmp_path / "support.toml", TODAY)] == [Level.SERIOUS]


def test_the_doctor_looks(config: Path) -> None:
    """The check is among those of the command."""
    file = config.parent / "support.toml"
    file.write_text('[lgbt]\nnumber = "0113 496 0000"\nchecked = 2001-01-01\n')
    config.write_text(config.read_text().replace('support = ""', f'support = "{file}"'))
    assert "warning  support: not shown" in admin("doctor", "--config", config).stdout
