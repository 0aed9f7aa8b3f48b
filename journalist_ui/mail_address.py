# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of mail, strictly: of plain letters, which no header, envelope or command takes for anything else."""

import re

from journalist_ui.refusals import BadInput

LONGEST = 254
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"[A-Za-z0-9_][A-Za-z0-9._+=-]{{0,63}}@{_LABEL}(?:\.{_LABEL})*")


def check_mail_address(text: str, what: str) -> str:
    """As it is written. Raises BadInput, which says ``what`` it is."""
    if len(text) > LONGEST or not _ADDRESS.fullmatch(text):
        raise BadInput(
            f"{what} is one address of mail, as in officer@unit.example: plain letters, digits and the signs . _ + = - "
            "before the @, up to 64 of them."
        )
    return text
