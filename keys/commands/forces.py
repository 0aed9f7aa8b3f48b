# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-keys forces``: the short names that units are listed with."""

import json

import click

from dropbox.forces import load_forces


@click.command()
@click.option("--json", "as_json", is_flag=True)
def forces(as_json: bool) -> None:
    """The police forces that a unit may serve, by short name. Sources are not offered one that is not enabled.

    \b
    Example:
      dropbox-keys forces
    """
    found = load_forces()
    if as_json:
        click.echo(json.dumps([{"slug": one.slug, "name": one.name, "enabled": one.enabled} for one in found]))
        return
    widest = max(len(one.slug) for one in found)
    for one in found:
        click.echo(f"{one.slug:{widest}}  {one.name}{'' if one.enabled else ' (not enabled)'}")
