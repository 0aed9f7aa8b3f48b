# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one switch between the short form of the suites, which is `make test`, and the long one, which is `make long`.

What is marked ``long``, and what more a test asks for where LONG is true, is listed in docs/ARCHITECTURE.md.
"""

import os
from collections.abc import Iterable

import pytest
from _pytest.mark.structures import ParameterSet

LONG = os.environ.get("LONG") == "1"
"""Everything: each test in each browser, each page in every look, every name of the gazetteer."""


def short_of(cases: Iterable[str], *short: str) -> list[ParameterSet]:
    """Cases of one claim, by their names: the ``short`` ones in both forms, the others in the long one alone."""
    return [pytest.param(one, id=one, marks=[] if one in short else [pytest.mark.long]) for one in cases]
