# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk key: what opens vault and keyring, and where the daemon gets it from.

What is given is a passphrase, stretched by Argon2id with the salt of desk.toml: a person must be able to type it when
the machine that held the credential is gone, and what a person can type is weaker than 32 random bytes. A random
credential passes the same way and loses nothing.
"""

import os
import resource
import sys
from collections.abc import Mapping
from pathlib import Path

from journalist_ui.refusals import BadInput
from journalist_ui.vault.passphrase import LONGEST_PASSPHRASE, stretch

CREDENTIAL = "desk-key"


def stretch_desk_key(passphrase: str, salt: bytes) -> bytes:
    """The desk key, 32 bytes. Raises BadInput."""
    if not passphrase:
        raise BadInput("The desk passphrase is empty. Give it again.")
    try:
        return stretch(passphrase, salt)
    except UnicodeEncodeError:
        raise BadInput("The desk passphrase is not plain text. Type it again.") from None


def given_passphrase(descriptor: int | None, environment: Mapping[str, str] = os.environ) -> str | None:
    """The desk passphrase from a file descriptor, or from the systemd credential ``desk-key``; None when it is to be
    asked for. Raises BadInput."""
    if descriptor is not None:
        try:
            with os.fdopen(descriptor, "rb") as source:
                return _text(source.read(4 * LONGEST_PASSPHRASE))
        except OSError:
            raise BadInput(
                f"File descriptor {descriptor} cannot be read. Open it for the command, as in 3<file."
            ) from None
    folder = environment.get("CREDENTIALS_DIRECTORY")
    if folder and (Path(folder) / CREDENTIAL).is_file():
        return _text((Path(folder) / CREDENTIAL).read_bytes())
    return None


def _text(data: bytes) -> str:
    try:
        return data.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise BadInput("The desk passphrase is not UTF-8 text. Write it as text.") from None


def harden_process() -> None:
    """No core dumps, and files for this user alone."""
    os.umask(0o077)
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        # Under deploy/systemd/desk.service the call is forbidden, and the limit is set there.
        if resource.getrlimit(resource.RLIMIT_CORE)[0] != 0:
            print("desk: core dumps could not be turned off", file=sys.stderr)
