# SPDX-License-Identifier: AGPL-3.0-or-later
"""A service in memory as of today, and a worker's session that visits it."""

import time
from collections.abc import Iterator

import pytest

from tests.client.node_session import BRIEF, NodeSession, node_session
from tests.client.twin_server import TwinServer, how, served
from tests.flows.twin import make_service


@pytest.fixture
def server() -> Iterator[TwinServer]:
    """Three units whose first batches are of today."""
    with served(make_service(start=int(time.time()) // 86_400)) as found:
        yield found


@pytest.fixture
def session(server: TwinServer) -> Iterator[NodeSession]:
    """A worker that has pinned the service's anchor, and stretches codenames briefly."""
    with node_session(how(server.url), *BRIEF) as found:
        yield found.start(server.service)


@pytest.fixture
def whole_session(server: TwinServer) -> Iterator[NodeSession]:
    """The same with the stretch of a release."""
    with node_session(how(server.url)) as found:
        yield found.start(server.service)
