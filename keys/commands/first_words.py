# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a unit says to each source whose report it has, as ``dropbox-keys unit`` takes it."""

from pathlib import Path

import click

from dropbox.protocol.constants import MAX_LANGUAGES, MAX_PROMISED, MAX_WORDS
from dropbox.protocol.units import is_language
from keys.errors import StepRefused
from keys.keyfiles import read_file

words_option = click.option(
    "--first-words",
    "words",
    multiple=True,
    metavar="LANGUAGE=FILE",
    help="What a source reads once the unit has its report, in one language, as en=words.txt; repeat.",
)
promised_option = click.option(
    "--promised-days",
    "promised",
    type=click.IntRange(0, MAX_PROMISED),
    help="Days within which the unit says that it answers; 0: it says nothing of that.",
)


def read_words(given: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """A language and a text each, on one line however the file has it. Raises StepRefused, FileProblem."""
    found: dict[str, str] = {}
    for one in given:
        language, _, path = one.partition("=")
        if not is_language(language) or not path or language in found:
            raise StepRefused("--first-words takes a language of two or three small letters, each once: en=words.txt.")
        try:
            text = " ".join(read_file(Path(path)).decode().split())
        except UnicodeDecodeError:
            raise StepRefused(f"{path}: not a UTF-8 text file.") from None
        if not text or not text.isprintable() or len(text.encode()) > MAX_WORDS:
            raise StepRefused(f"{path}: first words are printable text of 1 to {MAX_WORDS:,} bytes.")
        found[language] = text
    if len(found) > MAX_LANGUAGES:
        raise StepRefused(f"First words are in at most {MAX_LANGUAGES} languages.")
    return tuple(found.items())
