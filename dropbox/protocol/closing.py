# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a source closes its conversation: by an answer in a further message (docs/protocol.md, step 5.12)."""

from .body import parse_body
from .constants import CLOSE, CLOSE_OPTIONS
from .errors import BadBody


def closes(body: bytes) -> str:
    """Of a message of one part the option by which it closes, one of CLOSE_OPTIONS; "" for one that does not."""
    # A desk asks this of every message that comes.
    if f'"{CLOSE}"'.encode() not in body:
        return ""
    try:
        answer = parse_body(body).answers.get(CLOSE)
    except BadBody:
        return ""
    return answer[0] if isinstance(answer, tuple) and len(answer) == 1 and answer[0] in CLOSE_OPTIONS else ""
