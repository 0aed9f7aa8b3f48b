# SPDX-License-Identifier: AGPL-3.0-or-later
"""An onion address is reached through Tor or not at all: its name is never asked of a name server."""

import pytest

from dropbox.transport.errors import OnionWithoutTor
from dropbox.transport.http import Connection
from journalist_ui.daemon.settings import check_service
from journalist_ui.refusals import BadInput

ONION = "http://exampleexampleexample.onion"


@pytest.mark.parametrize("address", [ONION, f"{ONION}.", f"{ONION}./", ONION.upper().replace("HTTP", "http")])
def test_an_onion_without_a_proxy_is_refused(address: str) -> None:
    """However the name is written, at the desk's settings and in the transport itself."""
    with pytest.raises(BadInput):
        check_service(address, "")
    with pytest.raises(OnionWithoutTor):
        Connection(address)
    assert check_service(address, "127.0.0.1:9050") == address.rstrip("/")
