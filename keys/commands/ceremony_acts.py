# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is done at each step of a ceremony. Each act may be stopped anywhere and done again: it takes what is there."""

import secrets
import time
from collections.abc import Callable
from pathlib import Path

import click

from dropbox.command_line.endings import say
from dropbox.command_line.inputs import as_text
from dropbox.command_line.lost import show_lost, typed_word
from dropbox.forces import force_names
from dropbox.protocol.armour import ROOT_PUBLIC
from dropbox.protocol.constants import KEY
from dropbox.protocol.inert import inert_line
from dropbox.protocol.primitives import ed25519_public, sha256
from dropbox.shown.six_lines import Before, six_lines
from keys import ceremony
from keys.ceremony import JOINED, SIGNED, Progress, Step, list_print
from keys.cosign import Cosignature, join_anchor, join_directory, read_cosignature
from keys.errors import KeysRefused, StepRefused
from keys.fingerprints import grouped, in_words, word_lines
from keys.issue import add_anchor, body_of, new_anchor, next_anchor, sign_anchor, sign_directory
from keys.keyfiles import (
    RootKey,
    marked,
    medium_keeps_permissions,
    note_signed,
    open_root,
    read_file,
    seal_root,
    write_armoured,
    write_file,
)
from keys.transcript import Kind

from .asking import passphrase, typed_line
from .ceremony_room import Room
from .directory import of_today
from .root import NO_PERMISSIONS

_ARMOUR = b"-----BEGIN"


class Stopped(Exception):
    """Somebody stops here, to go on later."""


def _asked(prompt: str) -> str:
    """Raises Stopped for an empty line, StepRefused, InputRefused."""
    typed = typed_line(f"{prompt}, or Enter to stop here: ")
    if not typed:
        raise Stopped
    return typed


def _make_root(room: Room, now: Progress) -> None:
    """The first that is missing, on a medium of its own. What is refused is said, and asked again."""
    number = next(one for one in now.numbers() if one not in now.publics)
    folder = Path(_asked(f"Folder of the medium of root {number}"))
    try:
        _on_medium(room, now, number, folder)
    except KeysRefused as error:
        say(f"dropbox-keys: {error}")


def _on_medium(room: Room, now: Progress, number: int, folder: Path) -> None:
    """A key that is there already is taken if it opens. Raises FileProblem, StepRefused, WrongPassphrase."""
    plan = now.transcript.plan
    version = now.before.anchor.version + 1 if now.before else 1
    name = f"{'rehearsal-' if plan.rehearsal else ''}root-{number}{f'-{version}' if version > 1 else ''}.key"
    path = folder / name
    if not medium_keeps_permissions(folder):
        say(f"dropbox-keys: {folder} {NO_PERMISSIONS}")
    if path.exists():
        click.echo(f"{inert_line(str(path))} is there already, and is taken if its passphrase opens it.")
        public = open_root(path, passphrase(), plan.rehearsal).public
    else:
        seed = secrets.token_bytes(KEY)
        write_file(path, seal_root(seed, passphrase(new=True), secrets.token_bytes, plan.rehearsal))
        public = ed25519_public(seed)
    for beside in (path.with_name(path.name + ".pub"), room.public_file(number)):
        write_armoured(beside, marked(ROOT_PUBLIC, plan.rehearsal), public, replace=True)
    room.note(f"root {number}", grouped(sha256(public)))
    click.echo(f"root {number}: {inert_line(str(path))}, fingerprint {grouped(sha256(public))}")


def _make_anchor(room: Room, now: Progress) -> None:
    plan, roots = now.transcript.plan, now.roots()
    before = now.before
    made = (
        next_anchor(before, roots, plan.threshold) if before else new_anchor(roots, plan.threshold, secrets.token_bytes)
    )
    room.write_anchor(ceremony.ANCHOR, made, plan)


def _compare(room: Room, now: Progress) -> None:
    """A word that must be read from the fingerprint: nobody passes over it from habit."""
    anchor = now.anchored().anchor
    said = grouped(anchor.fingerprint)
    room.note(Step.ANCHOR, f"version {anchor.version}, {anchor.threshold} of {len(anchor.roots)} roots, {said}")
    click.echo(f"Fingerprint of the anchor: {said}\nThe same in words:")
    for line in word_lines(anchor.fingerprint):
        click.echo(f"  {line}")
    last = " ".join(in_words(anchor.fingerprint)[-2:])
    click.echo(
        "Each of you writes it down, on paper, and one reads it aloud from the paper while the others look here."
    )
    if typed_line("Type its last two words when all agree: ").lower() != last:
        raise StepRefused(
            "These are not its last two words. Nothing was signed; go on with `dropbox-keys ceremony go`."
        )
    room.note(Step.COMPARED, said)


def _signature(typed: str) -> Path | Cosignature:
    """What a person typed: the file of a key, the file of a signature, or a signature. Raises StepRefused,
    InputRefused."""
    path = Path(typed)
    if not path.is_file():
        if "/" in typed or len(typed) < 64:
            raise StepRefused(f"{typed[:200]}: no such file. Name the key file of a root, or its signature.")
        return read_cosignature(typed)
    if read_file(path).lstrip().startswith(_ARMOUR):
        return path
    return read_cosignature(as_text(read_file(path), "signature"))


def _by_a_root(
    room: Room, now: Progress, what: str, sign: Callable[[RootKey], None], join: Callable[[Cosignature], bytes]
) -> None:
    """One more signature: here with a root's key, or from elsewhere. What is refused is said, and asked again."""
    typed = _asked(f"Key file of a root that signs the {what}, or its signature from elsewhere")
    plan = now.transcript.plan
    try:
        given = _signature(typed)
        if isinstance(given, Cosignature):
            room.note(JOINED, f"{what} by root {join(given).hex()}")
            return
        key = open_root(given, passphrase(), plan.rehearsal)
        room.when.check_signer(key)
        sign(key)
        room.note(SIGNED, f"{what} by root {key.public.hex()}")
        click.echo(f"signed the {what}")
    except KeysRefused as error:
        say(f"dropbox-keys: {error}")


def _sign_anchor(room: Room, now: Progress) -> None:
    anchor, before, plan = now.anchored(), now.before, now.transcript.plan

    def sign(key: RootKey) -> None:
        signed = sign_anchor(anchor, before, key.seed, key.public)
        day = room.when.check_signer(key)
        note_signed(key, "anchor", anchor.anchor.version, anchor.anchor.encode(), day)
        room.write_anchor(ceremony.ANCHOR, signed, plan)

    def join(given: Cosignature) -> bytes:
        signed, public = join_anchor(anchor, before, given)
        room.write_anchor(ceremony.ANCHOR, signed, plan)
        return public

    click.echo(f"Its own roots: {len(anchor.by_own)} of {anchor.anchor.threshold} signatures that it needs.")
    if before is not None:
        click.echo(f"The roots before: {len(anchor.by_previous)} of {before.anchor.threshold} that it needs.")
    _by_a_root(room, now, "anchor", sign, join)


def _take_anchor(room: Room, now: Progress) -> None:
    listing = now.listed()
    issued = room.when.issue(body_of(listing).policy, listing.head.head.issued)
    room.write_listing(ceremony.BEFORE_LIST, listing)
    room.write_listing(ceremony.LIST, add_anchor(listing, now.anchored(), issued))


def _read(room: Room, now: Progress) -> None:
    listing, before = now.listed(), room.listing(ceremony.BEFORE_LIST)
    held = Before(before, of_today(before), f"kept as {ceremony.BEFORE_LIST}") if before else None
    body = body_of(listing)
    room.when.check(listing.head.head.issued * body.policy.period, "the list's issue")
    said = six_lines(listing, body, force_names(), time.time(), held)
    click.echo("\n".join(said.lines))
    show_lost(said.lost)
    word = "lost" if said.lost else "read"
    why = "This list takes away what stands behind LOOK." if said.lost else "Each of you reads all six."
    if not typed_word(word, why):
        raise StepRefused("Nothing was signed. Go on with `dropbox-keys ceremony go`, or stop here for good.")
    room.note(Step.READ, grouped(list_print(listing)))


def _sign_list(room: Room, now: Progress) -> None:
    listing = now.listed()

    def sign(key: RootKey) -> None:
        signed = sign_directory(listing, key.seed, key.public)
        day = room.when.check_signer(key)
        note_signed(key, "directory", listing.head.head.dir_version, listing.head.head.encode(), day)
        room.write_listing(ceremony.LIST, signed)

    def join(given: Cosignature) -> bytes:
        signed, public = join_directory(listing, given)
        room.write_listing(ceremony.LIST, signed)
        return public

    anchor = listing.anchors[-1].anchor
    click.echo(f"{len(listing.head.signatures)} of {anchor.threshold} signatures that it needs.")
    _by_a_root(room, now, "list", sign, join)


def _end(room: Room, now: Progress) -> None:
    """A signature of which the transcript knows nothing was made before somebody was stopped."""
    told = {said for what in (SIGNED, JOINED) for said in now.transcript.said(what)}
    for what, public in now.signatures():
        if f"{what} by root {public.hex()}" not in told:
            room.note(JOINED, f"{what} by root {public.hex()}")
    room.note(Step.ENDED, now.made())


def _witness(room: Room, now: Progress) -> None:
    left = set(now.signers()) - set(now.transcript.witnesses())
    click.echo(f"{room.file('transcript.txt')}: {len(left)} of {len(now.signers())} roots have not signed it yet.")
    typed = _asked("Key file of a root that signs the transcript")
    try:
        path = _signature(typed)
        if not isinstance(path, Path):
            raise StepRefused("A transcript is signed with a root's key, here. Name its file.")
        key = open_root(path, passphrase(), now.transcript.plan.rehearsal)
        if key.public not in left:
            raise StepRefused("This root signed nothing here, or has signed the transcript already.")
        room.write(now.transcript.signed_by(key.seed, key.public))
        click.echo("signed the transcript")
    except KeysRefused as error:
        say(f"dropbox-keys: {error}")


ACTS: dict[Step, Callable[[Room, Progress], None]] = {
    Step.ROOTS: _make_root,
    Step.ANCHOR: _make_anchor,
    Step.COMPARED: _compare,
    Step.ANCHOR_SIGNED: _sign_anchor,
    Step.LIST: _take_anchor,
    Step.READ: _read,
    Step.LIST_SIGNED: _sign_list,
    Step.ENDED: _end,
    Step.WITNESSED: _witness,
}
NEXT = {
    Kind.FIRST: "Next: the server and the desks are made with service.anchor, then `dropbox-keys directory new`.",
    Kind.ROOTS: "Next: publish service.directory, hand out service.anchor in place of the old one, and destroy the "
    "media of the roots that left.",
    Kind.LIST: "Next: take service.directory to the server, and publish it there.",
}
