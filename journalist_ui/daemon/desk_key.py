# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk key: what opens vault and keyring, and where the daemon gets it from.

What is given is a passphrase, stretched by Argon2id with the salt of desk.toml: a person must be able to type it when
the machine that held the credential is gone, and what a person can type is weaker than 32 random bytes. A random
credential passes the same way and loses nothing.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from dropbox.command_line.inputs import read_bytes
from dropbox.command_line.secret_lines import LONGEST_SECRET, secret_of_bytes, secret_of_descriptor
from journalist_ui.people.passphrases import stretch
from journalist_ui.refusals import BadInput

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
    asked for. Raises InputRefused."""
    if descriptor is not None:
        return secret_of_descriptor(descriptor, "desk passphrase")
    folder = environment.get("CREDENTIALS_DIRECTORY")
    if folder and (Path(folder) / CREDENTIAL).is_file():
        what = f"credential {CREDENTIAL}"
        return secret_of_bytes(read_bytes(Path(folder) / CREDENTIAL, LONGEST_SECRET, what), what)
    return None
