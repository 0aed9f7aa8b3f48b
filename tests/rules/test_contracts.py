# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each import contract in pyproject.toml is kept by `make check`, and here each is shown to break."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.rules.tree import ROOT, code_files, plant

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
NAMES = {contract["id"]: contract["name"] for contract in CONTRACTS}

# For each contract one fault; where a chain is forbidden, through a module that is allowed by itself.
FAULTS = {
    "pure": {"dropbox/protocol/wire.py": "import time"},
    "protocol-below-flows": {"dropbox/protocol/wire.py": "import dropbox.flows"},
    "one-door-to-crypto": {"journalist_ui/vault/sealing.py": "import cryptography.hazmat"},
    "server-cannot-decrypt": {
        "dropbox/server/handlers/intake.py": "from dropbox.protocol import wire",
        "dropbox/protocol/wire.py": "from . import envelope_open",
        "dropbox/protocol/envelope_open.py": "",
    },
    "parties-apart": {
        "dropbox/source_cli/report.py": "import dropbox.forces.load",
        "dropbox/forces/load.py": "import dropbox.admin_cli",
    },
    "keys-offline": {"keys/issue.py": "import socket"},
    "demo-imports-no-party": {"dropbox/demo/start.py": "import dropbox.server"},
    "store-behind-ports": {"dropbox/server/handlers/intake.py": "import dropbox.server.store"},
    "keyring-in-the-desk": {"journalist_ui/cli/cases.py": "from journalist_ui.daemon import keyring"},
    "vault-behind-the-session": {"journalist_ui/cli/show.py": "import journalist_ui.vault"},
    "handlers-apart": {"dropbox/server/handlers/intake.py": "import dropbox.server.publishing.publisher"},
    "http-edge": {"dropbox/http_edge/answers.py": "import dropbox.server.handlers"},
    "source-opens-nothing": {
        "dropbox/flows/source/visit.py": "from dropbox.flows import trust",
        "dropbox/flows/trust.py": "from dropbox.protocol import envelope_open",
    },
    "pages-and-socket-by-the-verbs": {"journalist_ui/web/pages/cases.py": "import journalist_ui.daemon.engine"},
    "desk-layers": {"journalist_ui/daemon/engine.py": "import journalist_ui.verbs.table"},
    "bare-shapes": {"journalist_ui/shapes/cases.py": "import sqlalchemy"},
    "reply-check-is-pure": {"journalist_ui/reply_check/known.py": "import journalist_ui.shapes.cases"},
    "casework-of-a-transaction": {"journalist_ui/casework/inbox.py": "import time"},
    "casework-and-people-apart": {"journalist_ui/casework/sharing.py": "import journalist_ui.people.members"},
    "nouns-apart": {"journalist_ui/casework/inbox.py": "from . import drafts"},
    "previews-alone": {"journalist_ui/previews/asking.py": "import journalist_ui.shapes.files"},
    "decoders-in-the-sandbox": {"journalist_ui/verbs/files.py": "import PIL.Image"},
    "shared-rooms": {"dropbox/local/private.py": "import dropbox.forces"},
}


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """The project's modules by name, empty but for the doors to the crypto libraries."""
    for path in [*code_files(ROOT), ROOT / "templates" / "__init__.py"]:
        plant(tmp_path, str(path.relative_to(ROOT)), "")
    plant(tmp_path, "dropbox/protocol/primitives.py", "import argon2\nimport cryptography\nimport nacl")
    plant(tmp_path, "dropbox/admin_cli/backups/age.py", "import pyrage")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def broken(root: Path) -> set[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    verdicts = {
        key: verdict
        for line in done.stdout.splitlines()
        for key, name in NAMES.items()
        for verdict in ("KEPT", "BROKEN")
        if line.startswith(f"{name} {verdict}")
    }
    assert set(verdicts) == set(NAMES), done.stdout + done.stderr
    return {key for key, verdict in verdicts.items() if verdict == "BROKEN"}


def test_every_contract_is_shown_to_break() -> None:
    assert set(FAULTS) == set(NAMES)


def test_a_sound_tree_keeps_them_all(skeleton: Path) -> None:
    assert broken(skeleton) == set()


def test_all_faults_together_break_them_all(skeleton: Path) -> None:
    """Each contract is broken by its fault, or by one of the others: which, the long form asks of each alone."""
    planted: dict[str, list[str]] = {}
    for fault in FAULTS.values():
        for name, text in fault.items():
            planted.setdefault(name, []).append(text)
    for name, texts in planted.items():
        plant(skeleton, name, "\n".join(texts))
    assert broken(skeleton) == set(NAMES)


@pytest.mark.long
@pytest.mark.parametrize("contract", FAULTS)
def test_a_fault_breaks_its_contract_alone(skeleton: Path, contract: str) -> None:
    for name, text in FAULTS[contract].items():
        plant(skeleton, name, text)
    assert broken(skeleton) == {contract}
