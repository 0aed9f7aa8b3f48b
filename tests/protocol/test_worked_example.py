# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/worked-example.md says what the code does."""

import json

from tests.vectors import worked_example
from tests.vectors.make import outcome


def test_the_page_is_current() -> None:
    """It equals what ``make docs`` writes."""
    assert worked_example.PAGE.read_text() == worked_example.text(), "run `make docs`"


def test_the_envelope_opens_to_what_the_page_says() -> None:
    """The numbers on the page are worked out beside the code: what the code opens is every one of them."""
    vector = json.loads(worked_example.VECTOR.read_text())
    opened = outcome(vector["operation"], vector["input"])["output"]
    page = "".join(worked_example.text().split())
    for name in ("id", "pseudonym", "beacon", "refresh", "message_id", "body", "signature"):
        assert opened[name] in page
