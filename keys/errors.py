# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why a ceremony step is refused, in words for the person at the offline machine.

::

    KeysRefused
    ├── FileProblem       a file is missing, there already, or open to others
    ├── WrongPassphrase   the root key file does not open
    ├── StepRefused       the step does not follow from the files given
    └── RollbackRefused   this root has already signed something newer
"""


class KeysRefused(Exception):
    """Root of the tree; its text says what to do."""


class FileProblem(KeysRefused):
    """A file is missing, there already, or open to others."""


class WrongPassphrase(KeysRefused):
    """The root key file does not open."""


class StepRefused(KeysRefused):
    """The step does not follow from the files given."""


class RollbackRefused(KeysRefused):
    """This root has already signed something newer."""
