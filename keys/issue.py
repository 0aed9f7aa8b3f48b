# SPDX-License-Identifier: AGPL-3.0-or-later
"""Making and signing anchors and directories: pure steps, each from files' content to files' content."""

from collections.abc import Sequence
from dataclasses import replace

from dropbox.protocol import labels
from dropbox.protocol.anchors import (
    Anchor,
    Head,
    RootSignature,
    Signatures,
    SignedAnchor,
    SignedHead,
    sign_as_root,
    verify_anchor_chain,
    verify_first_anchor,
)
from dropbox.protocol.chance import Random
from dropbox.protocol.constants import MAX_PERIOD, MAX_ROOTS, SERVICE_ID, UnitKind
from dropbox.protocol.directory import Directory, UntrustedDirectory, board_budget, parse_directory
from dropbox.protocol.errors import ProtocolError, TrustError, WrongVersion
from dropbox.protocol.pages import SignedPages
from dropbox.protocol.policy import Policy
from dropbox.protocol.primitives import sha256
from dropbox.protocol.units import Unit

from .errors import StepRefused


def new_anchor(roots: Sequence[bytes], threshold: int, random: Random) -> SignedAnchor:
    """The first anchor of a new service, not yet signed. Raises StepRefused."""
    check_roots(roots, threshold)
    return SignedAnchor(Anchor(random(SERVICE_ID), 1, threshold, tuple(roots)), (), ())


def next_anchor(previous: SignedAnchor, roots: Sequence[bytes], threshold: int) -> SignedAnchor:
    """The anchor that follows ``previous``; the roots of both must sign it. Raises StepRefused."""
    check_roots(roots, threshold)
    before = previous.anchor
    return SignedAnchor(Anchor(before.service_id, before.version + 1, threshold, tuple(roots)), (), ())


def check_roots(roots: Sequence[bytes], threshold: int) -> None:
    """At least two of at least three different roots, so that none can act alone and one may be lost."""
    if len(set(roots)) != len(roots):
        raise StepRefused("The same root is named twice. Name each root's public file once.")
    if len(roots) > MAX_ROOTS:
        raise StepRefused(f"At most {MAX_ROOTS} roots.")
    if threshold < 2 or threshold >= len(roots):
        raise StepRefused("The threshold must be at least 2 and below the number of roots.")


def _added(signatures: Signatures, one: RootSignature) -> Signatures:
    return (*(held for held in signatures if held.index != one.index), one)


def sign_anchor(signed: SignedAnchor, previous: SignedAnchor | None, seed: bytes, public: bytes) -> SignedAnchor:
    """Add one root's signature, in each list where this root stands. Raises StepRefused."""
    one = sign_as_root(seed, 0, labels.ANCHOR_SIGNATURE, signed.anchor.encode())
    return anchor_signed_by(signed, previous, public, one.signature)


def anchor_signed_by(
    signed: SignedAnchor, previous: SignedAnchor | None, public: bytes, signature: bytes
) -> SignedAnchor:
    """The same with a signature that was made elsewhere, and is taken to hold. Raises StepRefused."""
    if signed.anchor.version > 1 and previous is None:
        raise StepRefused("This is not the first anchor: give the one before it with --previous.")
    if previous is not None and (
        previous.anchor.version + 1 != signed.anchor.version or previous.anchor.service_id != signed.anchor.service_id
    ):
        raise StepRefused("The anchor given with --previous is not the one before this.")
    before = previous.anchor.roots if previous else ()
    if public not in signed.anchor.roots and public not in before:
        raise StepRefused("This root key stands in neither anchor. Use another root's key.")
    if public in before:
        one = RootSignature(before.index(public), signature)
        signed = replace(signed, by_previous=_added(signed.by_previous, one))
    if public in signed.anchor.roots:
        one = RootSignature(signed.anchor.roots.index(public), signature)
        signed = replace(signed, by_own=_added(signed.by_own, one))
    return signed


def new_directory(anchor: SignedAnchor, policy: Policy, issued: int) -> UntrustedDirectory:
    """An empty directory under a first anchor, version 1, not yet signed. Raises StepRefused."""
    try:
        verify_first_anchor(anchor)
    except TrustError as error:
        raise StepRefused(f"The anchor is not signed by enough of its roots yet ({error}).") from None
    if anchor.anchor.version != 1:
        raise StepRefused("A new directory starts from the first anchor; add later ones with `directory anchor`.")
    directory = Directory(anchor.anchor.service_id, policy, ())
    return _headed((anchor,), directory, 1, issued)


def _headed(anchors: tuple[SignedAnchor, ...], directory: Directory, version: int, issued: int) -> UntrustedDirectory:
    body = directory.encode()
    head = Head(
        service_id=directory.service_id,
        anchor_version=anchors[-1].anchor.version,
        dir_version=version,
        issued=issued,
        expires=min(issued + directory.policy.head_life, MAX_PERIOD),
        directory_hash=sha256(body),
    )
    return UntrustedDirectory(anchors, SignedHead(head, ()), body)


def body_of(listing: UntrustedDirectory) -> Directory:
    """The directory inside. Raises StepRefused when file and head do not belong together."""
    try:
        if sha256(listing.body) != listing.head.head.directory_hash:
            raise StepRefused("The directory file is not the one its head names. Take an undamaged copy.")
        return parse_directory(listing.body)
    except WrongVersion:
        raise StepRefused(
            "This list is of another form than today's. If it is of the first one, `dropbox-keys directory upgrade` "
            "issues it anew."
        ) from None
    except ProtocolError as error:
        raise StepRefused(f"The directory file cannot be read ({error}).") from None


def reissue(listing: UntrustedDirectory, directory: Directory, issued: int, above: int = 0) -> UntrustedDirectory:
    """``directory`` in place of the draft's. A signed draft becomes the next version; an unsigned one keeps its own;
    and none is at or below ``above``, for a number that was signed and lost.

    Raises StepRefused when the board would grow beyond what a visit may download, or a rule of the directory breaks.
    """
    check_directory(directory)
    version = max(listing.head.head.dir_version + (1 if listing.head.signatures else 0), above + 1)
    return _headed(listing.anchors, directory, version, issued)


def check_directory(directory: Directory) -> None:
    """Rules that the roots keep. Raises StepRefused."""
    for what, found, most in board_budget(directory):
        if found > most:
            raise StepRefused(f"All units together have {found} {what}, at most {most}. Lower a quota.")
    serving: dict[str, str] = {}
    for unit in directory.units:
        for force in unit.forces if unit.kind == UnitKind.FORCE_UNIT else ():
            if force in serving:
                raise StepRefused(f"{force} is served by {serving[force]} and by {unit.slug}. One force unit a force.")
            serving[force] = unit.slug
    try:
        parse_directory(directory.encode())
    except (ProtocolError, OverflowError, UnicodeError) as error:
        raise StepRefused(f"The directory would not be valid ({_why(error)}). Check slugs, names and dates.") from None


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, ProtocolError) else "a text or number too long"


def add_anchor(listing: UntrustedDirectory, anchor: SignedAnchor, issued: int) -> UntrustedDirectory:
    """Take a new anchor into the chain that the directory carries. Raises StepRefused."""
    if anchor.anchor.version != listing.anchors[-1].anchor.version + 1:
        raise StepRefused("This anchor does not follow the directory's last one.")
    try:
        verify_anchor_chain(listing.anchors[-1].anchor, (*listing.anchors, anchor))
    except TrustError as error:
        raise StepRefused(f"This anchor is not signed by enough old and new roots yet ({error}).") from None
    version = listing.head.head.dir_version + (1 if listing.head.signatures else 0)
    return _headed((*listing.anchors, anchor), body_of(listing), version, issued)


def sign_directory(listing: UntrustedDirectory, seed: bytes, public: bytes) -> UntrustedDirectory:
    """Add one root's signature to the head. Raises StepRefused."""
    one = sign_as_root(seed, 0, labels.HEAD_SIGNATURE, listing.head.head.encode())
    return directory_signed_by(listing, public, one.signature)


def directory_signed_by(listing: UntrustedDirectory, public: bytes, signature: bytes) -> UntrustedDirectory:
    """The same with a signature that was made elsewhere, and is taken to hold. Raises StepRefused."""
    check_directory(body_of(listing))
    roots = listing.anchors[-1].anchor.roots
    if public not in roots:
        raise StepRefused("This root key is not in the directory's newest anchor. Use another root's key.")
    one = RootSignature(roots.index(public), signature)
    head = SignedHead(listing.head.head, _added(listing.head.signatures, one))
    return UntrustedDirectory(listing.anchors, head, listing.body)


def sign_pages(signed: SignedPages, anchor: Anchor, seed: bytes, public: bytes) -> SignedPages:
    """Add one root's signature. Raises StepRefused."""
    pages = signed.pages
    if (pages.service_id, pages.anchor_version) != (anchor.service_id, anchor.version):
        raise StepRefused("These pages are of another service, or of another anchor than this one.")
    if public not in anchor.roots:
        raise StepRefused("This root key is not in the anchor. Use another root's key.")
    one = sign_as_root(seed, anchor.roots.index(public), labels.PAGES_SIGNATURE, pages.encode())
    return signed.signed_by(one)


def with_unit(directory: Directory, unit: Unit) -> Directory:
    """The directory with this unit added, or in place of the one of its slug."""
    slugs = [one.slug for one in directory.units]
    if unit.slug in slugs:
        units = tuple(unit if one.slug == unit.slug else one for one in directory.units)
    else:
        units = (*directory.units, unit)
    return replace(directory, units=units)
