# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every suite shares: a hypothesis profile, a real PostgreSQL, leaving out what the machine lacks or `make long`
runs, and which files are one worker's."""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.long_form import LONG

pytest_plugins = ["tests.postgres"]

# The same examples in every run, with no deadline that a busy machine could miss, however slowly it draws them.
settings.register_profile(
    "repeatable",
    max_examples=100 if LONG else 40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeatable")

_FIREFOX = ("page_headers", "pages_leave", "pages_secret", "visits_alike")
_SLOW_FIREFOX = ("twin_worker", "vectors_browsers", "twin_browsers")
_ONE_DEMO = ("contact", "day_by_command", "files", "report_and_answer", "refusals", "seized_server", "visits_alike")
TOGETHER = {
    **{f"tests/browser/test_{name}.py": "what looks at the browsers' demo" for name in ("conversation", "desk_day")},
    **{f"tests/browser/test_{name}.py": "what starts Firefox" for name in _FIREFOX},
    **{f"tests/browser/test_{name}.py": "what starts the slow Firefox" for name in _SLOW_FIREFOX},
    **{f"tests/scenarios/test_{name}.py": "what looks at the demo" for name in _ONE_DEMO},
}
"""Files that go to one worker, since what they share is dear; every other file goes alone."""


class ByFile(LoadScopeScheduling):
    """As ``--dist loadfile``, but for the files that stay together."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return TOGETHER.get(file, file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile | None:
    """For ``--dist loadfile``."""
    return ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


def _leave_out(config: pytest.Config, items: list[pytest.Item], left_out: list[pytest.Item]) -> None:
    gone = set(left_out)
    items[:] = [item for item in items if item not in gone]
    config.hook.pytest_deselected(items=left_out)


def pytest_collection_finish() -> None:
    """What the modules and the list of tests hold lives to the end: it need not be looked through again and again."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark who uses PostgreSQL; leave out what is `make long`'s, and the tests whose need the runner says is missing:
    those are written down."""
    if not LONG:
        _leave_out(config, items, [item for item in items if item.get_closest_marker("long")])
    for item in items:
        if {"postgres_url", "postgres_cluster"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("postgres")
    absent = os.environ.get("LEAVE_OUT", "").split()
    left_out = [item for item in items if any(item.get_closest_marker(need) for need in absent)]
    if left_out:
        _leave_out(config, items, left_out)
        Path(os.environ["LEFT_OUT_FILE"]).write_text("".join(f"{item.nodeid}\n" for item in left_out))
