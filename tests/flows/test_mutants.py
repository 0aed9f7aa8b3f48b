# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the campaign is worth: each rule of mutants.py, broken by itself, is noticed by it. Those that take many periods
are broken by `make long` and `make campaign` alone."""

import pytest

from tests.flows.mutants import MUTANTS, Mutant

AT_ONCE = 12
"""Periods after which a run has noticed most of them."""


@pytest.mark.parametrize(
    "mutant",
    [pytest.param(one, id=one.name, marks=[pytest.mark.long] if one.periods > AT_ONCE else []) for one in MUTANTS],
)
def test_a_broken_rule_is_noticed(mutant: Mutant) -> None:
    """One of a few short runs fails while the rule is broken, and says what the rule is there for."""
    assert mutant.caught()
