# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one switch between the short form of the suites, which is `make test`, and the long one, which is `make long`.

What is marked ``long``, and what more a test asks for where LONG is true, is listed in docs/ARCHITECTURE.md.
"""

import os

LONG = os.environ.get("LONG") == "1"
"""Everything: each test in each browser, each page in every look, every name of the gazetteer."""
