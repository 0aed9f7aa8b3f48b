# SPDX-License-Identifier: AGPL-3.0-or-later
"""The runner behind `make test` must not call anything green that is not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import needs, run_suites

TESTS = Path(__file__).resolve().parents[1]


def run(root: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    command = [sys.executable, str(TESTS / "run_suites.py"), "--root", str(root), *arguments]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project with a conftest like ours, and no suite yet."""
    (tmp_path / "tests").mkdir()
    shutil.copy(TESTS / "conftest.py", tmp_path / "tests")
    # With a configuration of its own, so that pytest does not look for one further up.
    (tmp_path / "pytest.ini").write_text(
        f"[pytest]\npythonpath = {TESTS.parent}\nmarkers =\n    tor: x\n    postgres: x\n    long: x\n"
        "asyncio_default_fixture_loop_scope = function\n"
    )
    return tmp_path


def add_suite(tree: Path, name: str, body: str) -> None:
    (tree / "tests" / name).mkdir()
    (tree / "tests" / name / f"test_{name}.py").write_text(body)


GREEN = "def test_green(): assert True\n"


def test_green_suites_close_with_their_counts(tree: Path) -> None:
    add_suite(tree, "one", GREEN)
    add_suite(tree, "two", GREEN + "def test_other(): assert True\n")
    code, output = run(tree)
    assert code == 0
    assert output.splitlines()[-1] == "3 passed, 0 failed"


def test_a_failure_is_printed_in_full_counted_and_named_at_the_end(tree: Path) -> None:
    add_suite(tree, "one", GREEN + "def test_red(): assert 'left' == 'right'\n")
    code, output = run(tree)
    assert code == 1
    assert "assert 'left' == 'right'" in output
    _, end = output.rsplit("\nall ", 1)
    assert "test_green" not in end
    assert "tests.one.test_one::test_red: AssertionError: assert 'left' == 'right'" in end
    assert output.splitlines()[-1] == "1 passed, 1 failed"


@pytest.mark.parametrize(
    "body",
    [
        "import pytest\n@pytest.mark.skip(reason='later')\ndef test_later(): assert True\n",
        "import pytest\n@pytest.mark.xfail\ndef test_wrong(): assert False\n",
        "import no_such_module\n",
        "# no test in here\n",
        "import os\ndef test_gone(): os._exit(0)\n",
    ],
    ids=["skipped", "expected to fail", "does not import", "empty", "dies"],
)
def test_what_did_not_run_is_a_failure(tree: Path, body: str) -> None:
    add_suite(tree, "fine", GREEN)
    add_suite(tree, "odd", body)
    code, output = run(tree)
    assert code == 1
    assert output.splitlines()[-1] == "1 passed, 1 failed"


def test_no_suite_at_all_is_a_failure(tree: Path) -> None:
    assert run(tree)[0] != 0


def test_an_unknown_suite_is_refused(tree: Path) -> None:
    add_suite(tree, "one", GREEN)
    code, output = run(tree, "other")
    assert code != 0
    assert "no such suite: other; there are: one" in output


def test_uncovered_code_is_a_failure(tree: Path) -> None:
    (tree / "keys").mkdir()
    (tree / "keys" / "roles.py").write_text("def sign(twice):\n    if twice:\n        return 2\n    return 1\n")
    reach = "import importlib.util as u\ns = u.spec_from_file_location('roles', 'keys/roles.py')\n"
    reach += "m = u.module_from_spec(s)\ns.loader.exec_module(m)\ndef test_sign(): assert m.sign(False) == 1\n"
    add_suite(tree, "keys", reach)
    code, output = run(tree)
    assert code == 1
    assert "coverage of keys is below 100 %" in output
    add_suite(tree, "other", GREEN)
    (tree / "tests" / "keys" / "test_keys.py").write_text(reach + "def test_two(): assert m.sign(True) == 2\n")
    assert run(tree)[0] == 0


LACKING = """
import sys
from tests import needs, run_suites
needs.install = lambda names: list(names)
needs.missing = lambda names: ["tor"]
sys.exit(run_suites.main())
"""


def run_without_tor(root: Path, **environment: str) -> tuple[int, str]:
    command = [sys.executable, "-c", LACKING, "--root", str(root)]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_what_the_machine_lacks_fails_unless_it_is_allowed(tree: Path) -> None:
    add_suite(tree, "onion", "import pytest\n@pytest.mark.tor\ndef test_onion(): assert True\n" + GREEN)
    code, output = run_without_tor(tree)
    assert code == 1
    assert 'ALLOW_MISSING="tor"' in output
    assert output.splitlines()[-1] == "1 passed, 1 failed"
    code, output = run_without_tor(tree, ALLOW_MISSING="tor")
    assert code == 0
    assert "1 not run: the machine lacks tor" in output
    assert output.splitlines()[-1] == "1 passed, 0 failed, 1 skipped"


def test_a_misspelt_allowance_is_refused(tree: Path) -> None:
    add_suite(tree, "one", GREEN)
    code, output = run(tree, ALLOW_MISSING="tro")
    assert code != 0
    assert "not tro" in output


def test_the_longest_begin_at_once_and_of_the_others_the_fast_ones(tree: Path) -> None:
    """And what keeps one processor busy for minutes goes by before them, so that no end is its alone."""
    for name in ("flood", "hostile", "browser", "unknown", "client", "cli"):
        add_suite(tree, name, GREEN)
    assert run_suites.find_suites(tree, []) == ["browser", "hostile", "cli", "client", "unknown", "flood"]


def test_what_a_suite_takes_of_the_processor_stands_in_its_row(tree: Path) -> None:
    busy = "import time\ndef test_busy():\n    while time.process_time() < {}: pass\n"
    add_suite(tree, "idle", GREEN)
    add_suite(tree, "busy", busy.format(2))
    _, output = run(tree)
    taken = {row.split()[0]: float(row.split()[2]) for row in output.splitlines() if row.startswith(("idle ", "busy "))}
    assert taken["idle"] > 0
    assert taken["busy"] - taken["idle"] > 1


def test_what_is_long_runs_in_the_long_form_alone(tree: Path) -> None:
    add_suite(tree, "one", "import pytest\n@pytest.mark.long\ndef test_long(): assert True\n" + GREEN)
    assert run(tree)[1].splitlines()[-1] == "1 passed, 0 failed"
    assert run(tree, LONG="1")[1].splitlines()[-1] == "2 passed, 0 failed"


def test_an_unprivileged_run_installs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(needs.NEEDS, "tor", needs.Need("tor", ("tor",), lambda: False))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("it called apt-get"))
    assert needs.install(["tor"]) == ["tor"]
