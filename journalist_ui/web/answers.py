# SPDX-License-Identifier: AGPL-3.0-or-later
"""Answers of the web pages, with what an officer's browser may load and do on them."""

from dropbox.http_edge import answers
from dropbox.http_edge.answers import HTML as HTML

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_ALONE = "cross-origin-opener-policy: same-origin"


def policy_with(folder: str) -> str:
    """Of a page that shows pictures and plays sound from addresses below this one, and loads nothing else more."""
    return f"{POLICY}; img-src {folder}; media-src {folder}"


class Answer(answers.Answer):
    """One answer that is in memory as a whole. ``more`` are headers beside those of every answer."""

    head_is_kept = False

    def __init__(
        self,
        body: bytes,
        content_type: str = HTML,
        status: int = 200,
        more: tuple[tuple[str, str], ...] = (),
        policy: str = POLICY,
    ) -> None:
        super().__init__(body, content_type, status, policy, (_ALONE, *(f"{name}: {value}" for name, value in more)))


def to(address: str, *more: tuple[str, str]) -> Answer:
    """Go on to another page, by GET."""
    return Answer(b"", status=303, more=(("location", address), *more))
