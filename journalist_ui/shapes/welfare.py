# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a member sees pictures of files blurred and grey until they ask for each."""

from dataclasses import dataclass

from .asked import Asked


@dataclass(frozen=True)
class Welfare:
    """For the member alone, on every machine; on for whoever has not said otherwise."""

    welfare: bool


@dataclass(frozen=True)
class ShowWelfare(Asked[Welfare], verb="welfare"):
    """As the member has it."""


@dataclass(frozen=True)
class SetWelfare(Asked[Welfare], verb="welfare-set"):
    """From now on."""

    welfare: bool
