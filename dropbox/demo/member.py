# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox demo-member``: what it takes to sign in at a desk of a demo."""

import json
import time
from pathlib import Path

import click

from .authenticator import STEP, code_now

_FRESH = 5
"""Seconds: a code that ends sooner is waited out, so that there is time to type it."""


def _member(folder: Path, slug: str, name: str | None) -> tuple[str, dict[str, str]]:
    """The desk's address and one of its members. Raises ClickException."""
    try:
        units = json.loads((folder / "demo.json").read_text(encoding="utf-8"))["units"]
    except (OSError, ValueError, KeyError):
        raise click.ClickException(f"There is no demo in {folder}. Start one with `dropbox demo --dir`.") from None
    unit = next((one for one in units if one["slug"] == slug), None)
    if unit is None:
        known = ", ".join(one["slug"] for one in units)
        raise click.ClickException(f"The demo has no unit of that name; its units are {known}.")
    for member in unit["members"]:
        if name in (None, member["name"]):
            return str(unit["desk"]), member
    known = ", ".join(one["name"] for one in unit["members"])
    raise click.ClickException(f"That desk has no such member; its members are {known}.")


@click.command()
@click.option(
    "--dir", "folder", type=click.Path(path_type=Path), default=Path("demo"), show_default=True, help="The demo's."
)
@click.argument("unit")
@click.argument("member", required=False)
def demo_member(folder: Path, unit: str, member: str | None) -> None:
    """Show what to type to sign in at a demo's desk: name, passphrase and a one-time code, which works once.

    Without MEMBER it is the first investigator. A real desk's code comes from the member's own telephone.

    \b
    Example:
      dropbox demo-member --dir /tmp/demo demo-north
    """
    desk, who = _member(folder, unit, member)
    left = STEP - time.time() % STEP
    if left < _FRESH:
        time.sleep(left)
    click.echo(f"desk        {desk}")
    click.echo(f"name        {who['name']}")
    click.echo(f"passphrase  {who['passphrase']}")
    click.echo(f"code        {code_now(who['totp_secret'])}")
