# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every refusal of the server, once: its code, its status, its sentence (docs/http-api.md lists the same)."""

from typing import NamedTuple

from dropbox.http_edge.answers import JSON, Answer
from dropbox.http_edge.connection import Trouble
from dropbox.protocol.wire import encode_answer
from dropbox.server.faults import log_fault


class Refusal(NamedTuple):
    """A status, and what a person should do."""

    status: int
    say: str


REFUSALS = {
    "bad-http": Refusal(400, "This is not an HTTP request that the service understands. Nothing was stored."),
    "unknown-path": Refusal(404, "There is nothing here. Check the address."),
    "wrong-method": Refusal(405, "This address does not take that method."),
    "query-refused": Refusal(400, "Addresses here take nothing after a question mark. Send the request without it."),
    "length-required": Refusal(411, "Send a Content-Length, and the body in one piece. Nothing was stored."),
    "wrong-length": Refusal(413, "An envelope has exactly 16,384 bytes, a blob 262,144. Nothing was stored."),
    "too-large": Refusal(413, "This is larger than anything the service takes here. Nothing was stored."),
    "wrong-type": Refusal(415, "Send application/octet-stream without an encoding. Nothing was stored."),
    "body-refused": Refusal(400, "This address takes no body."),
    "too-slow": Refusal(408, "The request did not arrive whole in time. Nothing was stored. Send it again."),
    "malformed": Refusal(400, "These bytes do not follow the format. Nothing was stored."),
    "unsigned": Refusal(403, "No unit's key that is valid now signed this. Nothing was done."),
    "bad-head": Refusal(400, "The manifest names a directory that the roots did not sign. Nothing was stored."),
    "bad-certificates": Refusal(400, "The certificates are not those of the manifest. Nothing was stored."),
    "pass-gone": Refusal(403, "This pass is spent, or its time is over. Nothing was stored. Ask for another one."),
    "other-size": Refusal(413, "The batch has other numbers of rows and marks than the unit's. Nothing was stored."),
    "forked": Refusal(400, "The batch does not follow from the newest one that is stored. Nothing was stored."),
    "expired": Refusal(410, "The period is past: it is no longer taken or served."),
    "board-gone": Refusal(410, "This board is not shown any more, or does not go on from there. Begin again."),
    "future": Refusal(400, "The period lies ahead. Check this machine's clock. Nothing was stored."),
    "try-later": Refusal(503, "The service cannot take this now. Nothing was stored. Try again later."),
    "not-ready": Refusal(503, "The service has not opened yet. Try again later."),
    "fault": Refusal(500, "The service failed. Try again; a repeat does no harm."),
}

_BODIES = {code: encode_answer("refused", code=code, say=refusal.say) for code, refusal in REFUSALS.items()}


class Refused(Exception):
    """A handler refuses; ``code`` is a key of REFUSALS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def status(self) -> int:
        return REFUSALS[self.code].status

    @property
    def body(self) -> bytes:
        """256 bytes."""
        return _BODIES[self.code]


def refusal(refused: Refused) -> Answer:
    """The same size as a receipt."""
    return Answer(refused.body, JSON, refused.status)


def _failed(error: BaseException | None) -> Answer:
    log_fault(error)
    return refusal(Refused("fault"))


TROUBLE = Trouble(lambda: refusal(Refused("bad-http")), _failed)
"""What a connection is told where no handler answers."""
