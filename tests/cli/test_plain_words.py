# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a source reads at a terminal has no word of the protocol's that a person need not know."""

import re
from types import ModuleType

import pytest

from dropbox.flows.trust import Warned
from dropbox.protocol.errors import UnknownUnit
from dropbox.source_cli import advice, outlet, terminal

OURS = re.compile(r"\b(?:periods?|boards?|batch(?:es)?|entr(?:y|ies)|posted?|withheld)\b", re.IGNORECASE)


@pytest.mark.parametrize("module", [terminal, advice, outlet])
def test_sentences_that_stand_ready(module: ModuleType) -> None:
    """Every sentence of these modules."""
    said = [words for name, words in vars(module).items() if name.isupper() and isinstance(words, str)]
    assert said
    assert [words for words in said if OURS.search(words)] == []


@pytest.mark.parametrize("code", ["replies-altered", "not-acknowledged", "clock", "silent"])
def test_warnings(code: str) -> None:
    """Each kind."""
    assert not OURS.search(terminal.warning_text(Warned(code, "north", days=9)))


@pytest.mark.parametrize("where", ["none", "several"])
def test_a_message_to_nobody(where: str) -> None:
    """Where no unit or several have answered."""
    assert not OURS.search(terminal.error_text(UnknownUnit(where)))
