# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can go wrong between here and the server, in words for a person.

::

    TransportFailed
    ├── BadAddress          the service's address is not one
    ├── OnionWithoutTor     an onion address and no SOCKS proxy
    ├── Unreachable         no connection, or it broke, or what came only dripped
    ├── ProxyFailed         the SOCKS proxy does not answer, or cannot reach the service
    ├── BadAnswer           an answer that is not of the form of docs/http-api.md
    └── Refused             the server said no, with a code of docs/http-api.md
"""

from typing import ClassVar

ASTRAY = "unknown-path"
"""The server's code where nothing of the service is."""


class TransportFailed(Exception):
    """Root of the tree; ``say`` tells a person what happened and what to do."""

    code: ClassVar[str] = ""
    say: str = ""

    def __init__(self, where: str = "") -> None:
        super().__init__(where)
        self.where = where

    def __str__(self) -> str:
        return f"{self.code}: {self.where}" if self.where else self.code


class BadAddress(TransportFailed):
    code = "bad-address"
    say = "The service's address must look like http://host:port or https://host. Check it."


class OnionWithoutTor(TransportFailed):
    code = "onion-without-tor"
    say = "An onion address needs Tor. Start Tor and add --tor 127.0.0.1:9050."


class Unreachable(TransportFailed):
    code = "unreachable"
    say = "The service cannot be reached. Check the address and the connection, and try again."


class ProxyFailed(TransportFailed):
    code = "proxy-failed"
    say = "The SOCKS proxy does not lead to the service. Check that Tor runs, and its port; then try again."


class BadAnswer(TransportFailed):
    code = "bad-answer"
    say = "The service's answer is not one of this service. Check the address; if it is right, try again later."


class Refused(TransportFailed):
    code = "refused"
    say = "The service cannot take this now. Try again later."

    def __init__(self, code: str) -> None:
        """``code`` is the server's, one of docs/http-api.md. What the server says besides is shown to nobody: it would
        speak with this program's voice."""
        super().__init__(code)
        self.refusal = code
        if code == ASTRAY:
            # A mistyped path: to wait would not help.
            self.say = BadAnswer.say
