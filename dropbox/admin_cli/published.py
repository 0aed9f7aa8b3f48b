# SPDX-License-Identifier: AGPL-3.0-or-later
"""The published list of units as the operator's commands read it: as it is stored, once `publish` had verified it."""

import click

from dropbox.protocol.directory import Directory, UntrustedDirectory, parse_directory, parse_signed_directory
from dropbox.protocol.errors import WrongVersion
from dropbox.server.store.sql import SqlStore

EARLIER_LIST = "the published list of units is of an earlier form: the server shows nothing, and takes nothing"
ISSUE_ANEW = "have the roots issue it anew (`dropbox-keys directory upgrade`, then `sign`), and publish that"


class EarlierList(click.ClickException):
    """The newest list is one that this release does not read."""

    def __init__(self) -> None:
        super().__init__(f"{EARLIER_LIST}; {ISSUE_ANEW}")


async def published(store: SqlStore) -> tuple[UntrustedDirectory, Directory] | None:
    """The newest list and the directory in it; None before the first. Raises EarlierList."""
    for body in await store.newest_directories(1):
        listing = parse_signed_directory(body)
        try:
            return listing, parse_directory(listing.body)
        except WrongVersion:
            raise EarlierList from None
    return None
