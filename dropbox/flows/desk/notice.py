# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a desk's flow has to tell the officers."""

from dataclasses import dataclass, field


@dataclass
class Notice:
    """Something that the officers must be told: a code of docs/runbooks and the numbers that belong to it."""

    code: str
    values: dict[str, int | str] = field(default_factory=dict)
