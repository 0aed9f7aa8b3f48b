# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the desks of a demo are, before anything runs: tests/browser signs in to all three."""

import socket
from pathlib import Path

from dropbox.demo.commands import _described, _free
from dropbox.demo.service import UNITS, Demo, demo_units
from journalist_ui.web_address import check_web


def test_the_first_desk_takes_the_port_and_the_others_the_next_free_ones(tmp_path: Path) -> None:
    """A port in use is passed over; demo.json names what each desk is told to serve, and the desk answers to it."""
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        start = busy.getsockname()[1]
        taken: set[int] = set()
        ports = [_free(start, taken) for _ in range(UNITS)]
        assert _free(ports[-1] + 1, set()) > ports[-1]
    assert ports[0] > start
    assert ports == sorted(set(ports))
    demo = Demo(tmp_path, "http://127.0.0.1:1", "127.0.0.1:1", demo_units(tmp_path, ports))
    told = _described(demo)["units"]
    assert [unit["desk"] for unit in told] == [
        f"http://{unit['slug']}.localhost:{port}/" for unit, port in zip(told, ports, strict=True)
    ]
    for unit, port in zip(told, ports, strict=True):
        found = check_web(f"127.0.0.1:{port}", unit["desk"], "", "")
        assert found is not None
        assert f"{unit['slug']}.localhost" in found.names
