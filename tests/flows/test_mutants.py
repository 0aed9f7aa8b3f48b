# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the campaign is worth: each rule of mutants.py, broken by itself, is noticed by it."""

import pytest

from tests.flows.mutants import MUTANTS, Mutant


@pytest.mark.timeout(300)
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_broken_rule_is_noticed(mutant: Mutant) -> None:
    """A short run fails while the rule is broken, for the reason that the rule is there for."""
    assert mutant.says in mutant.caught()
