# SPDX-License-Identifier: AGPL-3.0-or-later
"""An onion address is reached through Tor or not at all: its name is never asked of a name server."""

import pytest

from dropbox.transport.errors import BadAddress, OnionWithoutTor
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


STOPS = {"ideographic": "\u3002", "full width": "\uff0e", "half width": "\uff61", "percent": "%2e"}


@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS)
@pytest.mark.parametrize("tor", ["", "127.0.0.1:9050"], ids=["alone", "by Tor"])
def test_no_other_spelling_hides_an_onion(stop: str, tor: str) -> None:
    """What the network's libraries would make into a full stop, or into a plain letter, is no address here: else the
    name would be asked of a name server."""
    for address in (f"http://exampleexample{stop}onion", f"http://example.onion{stop}", "http://example.\uff4fnion"):
        with pytest.raises(BadInput):
            check_service(address, tor)
        with pytest.raises(BadAddress):
            Connection(address, tor or None)


@pytest.mark.parametrize(
    "address", ["http://xn--bcher-kva.example", "https://[2001:db8::1]:8443", "http://a_b.example/x"]
)
def test_other_hosts_are_written_plainly(address: str) -> None:
    """A name of other letters by its xn-- form, numbers, and a path behind."""
    assert check_service(address, "") == address


@pytest.mark.parametrize("tor", ["9050", " ", "socks5://127.0.0.1:9050", "::1:9050", "127.0.0.1:99999"])
def test_a_desks_proxy_is_an_address(tor: str) -> None:
    """Found when the desk is made or started, and not when it reaches nothing."""
    with pytest.raises(BadInput, match="tor"):
        check_service(ONION, tor)
