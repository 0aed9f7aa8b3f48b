# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk member keys``: one's own security keys."""

from collections.abc import Iterator
from pathlib import Path

import click

from journalist_ui.shapes.security_keys import KeyLine, Keys, RemoveKey

from .asking import ask_signed_in, json_option, session_option, show, show_done
from .terminal import inert


@click.command("keys")
@session_option
@click.option("--remove", "number", type=click.IntRange(1, 2**31 - 1), help="Remove the key of that number.")
@json_option
def keys(session: Path, number: int | None, as_json: bool) -> None:
    """List your security keys, which sign you in on the desk's pages in place of a one-time code; or remove one.

    A key is added on the page "Your passphrase", in a browser.

    \b
    Examples:
      dropbox-desk member keys --session bob.session
      dropbox-desk member keys --remove 2 --session bob.session --json
    """
    if number is None:
        show(ask_signed_in(session, Keys()).keys, as_json, _lines)
    else:
        show_done(ask_signed_in(session, RemoveKey(number)).keys, as_json, _lines)


def _lines(found: tuple[KeyLine, ...]) -> Iterator[str]:
    if not found:
        yield "No security keys."
    for one in found:
        yield f"{one.number}: {inert(one.label)}, added on {one.day}"
