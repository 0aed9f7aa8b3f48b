# SPDX-License-Identifier: AGPL-3.0-or-later
"""How long a text to a source is, in a word."""

SHORT, MIDDLING = 2, 5
"""Parts up to which a text is called so."""


def length(parts: int, batches: int) -> str:
    """``batches`` are those over which its parts arrive, with what the source has not read yet."""
    if batches > 1:
        return f"Long: arrives over {batches} batches"
    return "Short" if parts <= SHORT else "Middling" if parts <= MIDDLING else "Long"
