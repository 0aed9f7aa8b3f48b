# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-keys ceremony``: lead those who keep the roots through a ceremony, step by step."""

from pathlib import Path

import click

from dropbox.command_line.output import check_output
from dropbox.protocol.anchors import SignedAnchor
from dropbox.protocol.directory import UntrustedDirectory, verify_directory
from dropbox.protocol.errors import TrustError
from keys import ceremony as table
from keys.ceremony import SAYS, next_step
from keys.errors import FileProblem, StepRefused
from keys.issue import check_roots
from keys.transcript import Kind, Plan

from .asking import When, signing_day
from .ceremony_acts import ACTS, NEXT, Stopped
from .ceremony_room import TRANSCRIPT, Room, read_any_anchor
from .directory import is_signed, read_directory

_FILE = click.Path(path_type=Path)
_folder = click.option("--folder", required=True, type=click.Path(path_type=Path, file_okay=False))
_threshold = click.option(
    "--threshold", default=2, show_default=True, type=click.IntRange(2, 16), help="Roots that act."
)
_rehearsal = click.option("--rehearsal", is_flag=True, help="With throwaway roots, which nothing real takes.")
REHEARSAL = "REHEARSAL: these roots are thrown away, and nothing real takes what is made here."


@click.group()
def ceremony() -> None:
    """Be led through a ceremony on an offline machine. Stopped anywhere, it goes on with `ceremony go`."""


def _fresh(folder: Path, when: When) -> Room:
    """Raises FileProblem: a ceremony stands there, or the folder cannot be made."""
    room = Room(folder, when)
    if room.begun():
        raise FileProblem(f"{folder}: a ceremony has begun there. Run: dropbox-keys ceremony go --folder {folder}")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise FileProblem(f"{folder}: {error.strerror}. Check the folder.") from None
    return room


def _go(room: Room) -> None:
    """Step after step until there is none, or somebody stops. Raises what the steps raise."""
    plan = room.transcript().plan
    while (step := next_step(now := room.progress())) is not None:
        check_output()
        click.secho(f"\n{SAYS[step].capitalize()}.", bold=True)
        if plan.rehearsal:
            click.secho(REHEARSAL, fg="yellow")
        try:
            ACTS[step](room, now)
        except Stopped:
            click.echo(f"Stopped. What is done stays. Go on: dropbox-keys ceremony go --folder {room.folder}")
            return
    click.echo(f"\nThe ceremony is over. Its files lie in {room.folder}; anybody checks them with")
    click.echo(f"dropbox-keys ceremony check --folder {room.folder}")
    click.echo("Nothing of it is real: remove folder and keys." if plan.rehearsal else NEXT[plan.kind])


@ceremony.command()
@_folder
@click.option("--roots", "count", default=3, show_default=True, type=click.IntRange(3, 16), help="Roots to be made.")
@_threshold
@_rehearsal
@signing_day
def first(folder: Path, count: int, threshold: int, rehearsal: bool, when: When) -> None:
    """Begin a service: make its roots and its first anchor.

    \b
    Example:
      dropbox-keys ceremony first --folder ceremony --rehearsal
    """
    check_roots([bytes([number]) for number in range(count)], threshold)
    room = _fresh(folder, when)
    room.begin(Plan(Kind.FIRST, count, (), threshold, rehearsal))
    _go(room)


@ceremony.command("roots")
@_folder
@click.option("--anchor", required=True, type=_FILE, help="The present anchor.")
@click.option("--directory", "listing", type=_FILE, help="The published list, once there is one.")
@click.option("--keep", multiple=True, type=click.IntRange(1, 16), help="Number of a root that stays; repeat.")
@click.option("--new", default=1, show_default=True, type=click.IntRange(0, 16), help="Roots to be made.")
@_threshold
@_rehearsal
@signing_day
def change(
    folder: Path,
    anchor: Path,
    listing: Path | None,
    keep: tuple[int, ...],
    new: int,
    threshold: int,
    rehearsal: bool,
    when: When,
) -> None:
    """Change the roots, or how many act: after a lost or stolen root, or when a keeper leaves.

    \b
    Example:
      dropbox-keys ceremony roots --folder change --anchor service.anchor --directory service.directory \\
        --keep 1 --keep 3 --new 1
    """
    before = read_any_anchor(anchor, rehearsal)
    if len(set(keep)) != len(keep) or any(number > len(before.anchor.roots) for number in keep):
        raise StepRefused(f"--keep takes numbers from 1 to {len(before.anchor.roots)}, each once.")
    kept = [before.anchor.roots[number - 1] for number in keep]
    check_roots([*kept, *(bytes([number]) for number in range(new))], threshold)
    if listing is not None and rehearsal:
        raise StepRefused("A rehearsal changes roots alone. Leave --directory out.")
    room, plan = _fresh(folder, when), Plan(Kind.ROOTS, new, keep, threshold, rehearsal, listing is not None)
    if listing is not None:
        room.write_listing(table.LIST, _held(before, listing))
    room.write_anchor(table.BEFORE_ANCHOR, before, plan)
    room.begin(plan)
    _go(room)


def _held(anchor: SignedAnchor, path: Path) -> UntrustedDirectory:
    """The published list, which the anchor's roots signed. Raises StepRefused, Malformed."""
    listing = read_directory(path)
    try:
        verify_directory(anchor.anchor, listing)
    except TrustError as error:
        raise StepRefused(f"{path}: not signed by this anchor's roots ({error}). Take the published list.") from None
    return listing


@ceremony.command("list")
@_folder
@click.option("--anchor", required=True, type=_FILE, help="The present anchor.")
@click.option("--directory", "listing", required=True, type=_FILE, help="The list to be signed.")
@click.option("--since", type=_FILE, help="The published list: what differs from it is said.")
@signing_day
def list_(folder: Path, anchor: Path, listing: Path, since: Path | None, when: When) -> None:
    """Read a list of units together, and sign it.

    \b
    Example:
      dropbox-keys ceremony list --folder signing --anchor service.anchor --directory service.directory \\
        --since published.directory
    """
    held, found = read_any_anchor(anchor, False), read_directory(listing)
    if found.anchors[-1].anchor != held.anchor:
        raise StepRefused(
            "This list does not stand under this anchor. Give the newest anchor, and a list made with it."
        )
    before = read_directory(since) if since is not None else None
    if before is not None and not is_signed(found, before):
        raise StepRefused(f"{since}: not signed by enough roots of this service. Take the published list.")
    room, plan = _fresh(folder, when), Plan(Kind.LIST, 0, (), held.anchor.threshold, False, True)
    if before is not None:
        room.write_listing(table.BEFORE_LIST, before)
    room.write_listing(table.LIST, found)
    room.write_anchor(table.ANCHOR, held, plan)
    room.begin(plan)
    _go(room)


@ceremony.command()
@_folder
@signing_day
def go(folder: Path, when: When) -> None:
    """Go on where a ceremony stands, whatever stopped it.

    \b
    Example:
      dropbox-keys ceremony go --folder ceremony
    """
    _go(Room(folder, when))


@ceremony.command()
@_folder
def show(folder: Path) -> None:
    """Say which steps of a ceremony are done, and which is next.

    \b
    Example:
      dropbox-keys ceremony show --folder ceremony
    """
    now = Room(folder, When(None)).progress()
    ahead = next_step(now)
    for step in now.steps():
        mark = "next" if step == ahead else "done" if ahead is None or _earlier(now.steps(), step, ahead) else "    "
        click.echo(f"{mark}  {SAYS[step]}")


def _earlier(steps: tuple[table.Step, ...], one: table.Step, other: table.Step) -> bool:
    return steps.index(one) < steps.index(other)


@ceremony.command()
@_folder
def check(folder: Path) -> None:
    """Check a ceremony's files against its transcript, and who signed it; needs no key.

    \b
    Example:
      dropbox-keys ceremony check --folder ceremony
    """
    room = Room(folder, When(None))
    now = room.progress()
    ahead = next_step(now)
    if ahead not in (None, table.Step.WITNESSED):
        raise StepRefused(f"This ceremony is not over. Next: {SAYS[ahead]}.")
    known = set(now.signers())
    witnesses = now.transcript.witnesses()
    if not known.issuperset(witnesses):
        raise FileProblem("The transcript is signed by a root that signed nothing else here. Find out how.")
    click.echo(now.transcript.text(), nl=False)
    for public in witnesses:
        click.echo(f"signed by root {public.hex()}")
    click.echo(f"{room.file(TRANSCRIPT)} and the files agree; {len(witnesses)} of {len(known)} roots signed it")
