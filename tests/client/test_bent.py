# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is bent is answered alike by both implementations."""

from tests.client.bent import run


def test_bent_inputs_are_answered_alike() -> None:
    """A thousand tries; `python -m tests.client.bent` makes as many as you like. A run that reached few errors would
    show little."""
    counts, differing = run(1_000, seed=1)
    assert differing == []
    assert len(counts) > 25
    assert counts["no input"] < 100
