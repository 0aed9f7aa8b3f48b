# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may import whom, read from each file itself. The numbers are those of docs/ARCHITECTURE.md.

The contracts in pyproject.toml say the same of whole chains of imports; here stands what a contract cannot say,
such as "nothing but this list", and what names a file that may not be written yet.
"""

import ast
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.rules.tree import PARTIES, ROOT, code_files, imports, module_name, parse, plant, within

# Standard modules that neither reach out of the process, nor know the time, nor draw at random.
PURE = (
    *("__future__", "abc", "base64", "binascii", "bisect", "collections", "contextlib", "dataclasses", "difflib"),
    *("enum", "functools", "hashlib", "heapq", "hmac", "itertools", "json", "math", "operator", "re", "string"),
    *("struct", "textwrap", "types", "typing", "unicodedata"),
)
DECODERS = ("PIL", "pillow_heif", "pypdfium2")
CRYPTO = ("nacl", "cryptography", "argon2")
DECRYPTION = ("envelope_open", "contact_open", "codename", "attachments")
NETWORK = (
    *("aiohttp", "aiohttp_socks", "asyncio", "ftplib", "http", "httpx", "python_socks", "requests", "select"),
    *("selectors", "smtplib", "socket", "socketserver", "sqlalchemy", "ssl", "urllib", "xmlrpc"),
)
# Libraries that bring cryptography of their own: one adapter each, and nowhere else.
SHARED = ("dropbox.command_line", "dropbox.local", "dropbox.shown", "dropbox.http_edge")
_LIVED = "dropbox.server.publishing.lived_periods"
_PAGES = "dropbox.server.handlers.pages"
ADAPTED = ("ssl", "fido2", "webauthn", "aiohttp_socks", "python_socks", "sqlcipher3", "stem", "pyotp")

Refusal = str | None


def pure(module: str, name: str) -> Refusal:
    """1. protocol and flows import only each other, flows protocol and not the other way."""
    if not within(module, "dropbox.protocol", "dropbox.flows"):
        return None
    reach = ["dropbox.protocol"]
    reach += ["dropbox.flows"] if within(module, "dropbox.flows") else []
    reach += CRYPTO if module == "dropbox.protocol.primitives" else []
    return None if within(name, *PURE, *reach) else "a pure module may not import this"


def one_door(module: str, name: str) -> Refusal:
    """2. Only protocol.primitives imports a crypto library."""
    if within(name, *CRYPTO) and module != "dropbox.protocol.primitives":
        return "only dropbox.protocol.primitives may"
    return None


def blind_server(module: str, name: str) -> Refusal:
    """3. The server cannot decrypt."""
    opening = tuple(f"dropbox.protocol.{part}" for part in DECRYPTION)
    if within(module, "dropbox.server") and within(name, *opening, "dropbox.flows", "keys"):
        return "the server must not be able to decrypt"
    return None


def parties_apart(module: str, name: str) -> Refusal:
    """4. The parties never import one another, but admin_cli reaches the server's store and config."""
    mine = next((party for party in PARTIES if within(module, party)), None)
    theirs = next((party for party in PARTIES if within(name, party)), None)
    if mine is None or theirs is None or mine == theirs:
        return None
    shared = (
        "dropbox.server.store",
        "dropbox.server.config",
        "dropbox.server.ports",
        "dropbox.server.supply",
        "dropbox.server.support",
        _LIVED,
        _PAGES,
    )
    operator = mine == "dropbox.admin_cli" and within(name, *shared)
    return None if operator else "one party may not import another"


def offline_keys(module: str, name: str) -> Refusal:
    """4. keys imports only protocol, the shared rooms, the lists of forces and of words, and nothing that reaches a
    network."""
    if not within(module, "keys"):
        return None
    if within(name, *NETWORK, "journalist_ui", "templates"):
        return "keys is offline"
    allowed = within(name, "dropbox.protocol", "dropbox.forces", "dropbox.words", *SHARED) or not within(
        name, "dropbox"
    )
    return None if allowed else "of dropbox, keys imports only protocol, the shared rooms, forces and words"


def source_opens_nothing(module: str, name: str) -> Refusal:
    """7. The flows of a source, and what runs them, import nothing of the desk's flows; desk and source apart."""
    opening = (
        *("dropbox.flows.desk", "dropbox.transport.desk"),
        *("dropbox.protocol.envelope_open", "dropbox.protocol.contact_open"),
    )
    if within(module, "dropbox.flows.source", "dropbox.transport.source", "dropbox.source_cli"):
        return "a source's process opens no envelope" if within(name, *opening) else None
    crossed = within(module, "dropbox.flows.desk") and within(name, "dropbox.flows.source")
    return "the flows of a party are its own" if crossed else None


def shared_rooms(module: str, name: str) -> Refusal:
    """8. The shared rooms import no party and not each other, but local, which all may."""
    mine = next((room for room in SHARED if within(module, room)), None)
    if mine is None or not within(name, "dropbox", "keys", "journalist_ui", "templates"):
        return None
    return None if within(name, mine, "dropbox.protocol", "dropbox.local") else "a shared room knows no party"


def demo_outside(module: str, name: str) -> Refusal:
    """4. demo imports no party: it runs the real commands."""
    if within(module, "dropbox.demo") and within(name, *PARTIES):
        return "demo starts commands and imports no party"
    return None


def store_behind_ports(module: str, name: str) -> Refusal:
    """5. Only server.app and admin_cli touch the store."""
    inside = within(module, "dropbox.server.store", "dropbox.server.app", "dropbox.admin_cli")
    return "use dropbox.server.ports" if within(name, "dropbox.server.store") and not inside else None


def keyring_in_the_desk(module: str, name: str) -> Refusal:
    """6. Only journalist_ui.daemon touches the keyring."""
    touches = within(name, "journalist_ui") and bool({"keyring", "keyring_format"} & set(name.split(".")))
    return "only journalist_ui.daemon may" if touches and not within(module, "journalist_ui.daemon") else None


def vault_behind_the_session(module: str, name: str) -> Refusal:
    """6. cli reaches the vault only through the desk."""
    outside = within(module, "journalist_ui.cli")
    return "go through journalist_ui.daemon" if outside and within(name, "journalist_ui.vault") else None


def pages_and_socket_by_the_verbs(module: str, name: str) -> Refusal:
    """9. The desk's pages and its socket ask the desk's verbs, and know nothing else of it but what lies in no room."""
    mine = next((room for room in ("journalist_ui.web", "journalist_ui.socket") if within(module, room)), None)
    if mine is None or not within(name, "journalist_ui"):
        return None
    reach = ("verbs", "shapes", "words", "refusals", "log", "web_address")
    return None if within(name, mine, *(f"journalist_ui.{part}" for part in reach)) else "ask a verb of the desk"


def bare_shapes(module: str, name: str) -> Refusal:
    """9. The shapes of what is asked and answered, and the words for their codes, know neither desk nor wire."""
    if not within(module, "journalist_ui.shapes", "journalist_ui.words"):
        return None
    words = ("journalist_ui.words",) if within(module, "journalist_ui.words") else ()
    return None if within(name, *PURE, "pathlib", "journalist_ui.shapes", *words) else "a shape is data alone"


def bare_renderer(module: str, name: str) -> Refusal:
    """9. What runs in the sandbox imports decoders, standard modules and itself; the rest of its room no decoder."""
    if not within(module, "journalist_ui.previews"):
        return None
    inside = within(module, "journalist_ui.previews.renderer")
    own = "journalist_ui.previews.renderer" if inside else "journalist_ui.previews"
    libraries = DECODERS if inside else ()
    standard = name.split(".")[0] in sys.stdlib_module_names
    return None if standard or within(name, own, *libraries) else "a file may take over what imports this"


RULES: tuple[Callable[[str, str], Refusal], ...] = (
    *(pure, one_door, blind_server, parties_apart, offline_keys, source_opens_nothing, shared_rooms, demo_outside),
    *(store_behind_ports, keyring_in_the_desk, vault_behind_the_session, pages_and_socket_by_the_verbs, bare_shapes),
    bare_renderer,
)


def refused(root: Path, rule: Callable[[str, str], Refusal]) -> list[str]:
    return [
        f"{path.relative_to(root)}:{line} imports {name}: {refusal}"
        for path in code_files(root)
        for line, name in imports(root, path)
        if (refusal := rule(module_name(root, path), name))
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_project_keeps_the_rule(rule: Callable[[str, str], Refusal]) -> None:
    assert refused(ROOT, rule) == []


FAULTS = [
    (pure, "dropbox/protocol/board.py", "import time"),
    (pure, "dropbox/protocol/board.py", "from secrets import token_bytes"),
    (pure, "dropbox/protocol/board.py", "from ..flows import visit"),
    (pure, "dropbox/flows/source/visit.py", "def visit():\n    import aiohttp"),
    (pure, "dropbox/flows/source/visit.py", "from nacl import signing"),
    (one_door, "journalist_ui/vault/sealing.py", "from cryptography.hazmat.primitives import hashes"),
    (one_door, "dropbox/protocol/codename.py", "import argon2"),
    (blind_server, "dropbox/server/handlers/intake.py", "from dropbox.protocol import envelope_open"),
    (blind_server, "dropbox/server/handlers/intake.py", "from dropbox.protocol.codename import decode"),
    (blind_server, "dropbox/server/store/sql.py", "from dropbox.flows.desk.collect import collect"),
    (parties_apart, "dropbox/source_cli/report.py", "from dropbox.server.config import Config"),
    (parties_apart, "dropbox/admin_cli/doctor.py", "from dropbox.server.app import make_app"),
    (parties_apart, "journalist_ui/daemon/sync.py", "import keys.fingerprints"),
    (offline_keys, "keys/issue.py", "import socket"),
    (offline_keys, "keys/issue.py", "from dropbox.transport import http"),
    (source_opens_nothing, "dropbox/flows/source/visit.py", "from ..desk.state import Ledger"),
    (source_opens_nothing, "dropbox/source_cli/check.py", "from dropbox.protocol import envelope_open"),
    (source_opens_nothing, "dropbox/source_cli/report.py", "from dropbox.protocol import contact_open"),
    (source_opens_nothing, "dropbox/flows/desk/collect.py", "from ..source import visit"),
    (shared_rooms, "dropbox/command_line/output.py", "from dropbox.server import app"),
    (shared_rooms, "dropbox/local/private.py", "from dropbox.command_line import inputs"),
    (shared_rooms, "dropbox/http_edge/answers.py", "from dropbox.server.handlers import pages"),
    (demo_outside, "dropbox/demo/start.py", "from dropbox.server import app"),
    (store_behind_ports, "dropbox/server/handlers/intake.py", "from ..store.sql import SqlStore"),
    (keyring_in_the_desk, "journalist_ui/cli/init.py", "from journalist_ui.daemon.keyring import Keyring"),
    (keyring_in_the_desk, "journalist_ui/vault/backup.py", "from journalist_ui.daemon import keyring"),
    (vault_behind_the_session, "journalist_ui/cli/show.py", "from ..vault.database import open_vault"),
    (pages_and_socket_by_the_verbs, "journalist_ui/web/cases.py", "from journalist_ui.daemon.engine import Engine"),
    (pages_and_socket_by_the_verbs, "journalist_ui/web/cases.py", "from ..desk import sessions"),
    (pages_and_socket_by_the_verbs, "journalist_ui/socket/server.py", "from ..vault import database"),
    (bare_shapes, "journalist_ui/shapes/cases.py", "from ..vault.session import CaseLine"),
    (bare_shapes, "journalist_ui/shapes/cases.py", "import sqlalchemy"),
    (bare_shapes, "journalist_ui/shapes/cases.py", "from ..words import counts"),
    (bare_shapes, "journalist_ui/words/counts.py", "import jinja2"),
    (bare_renderer, "journalist_ui/previews/renderer/run.py", "from ..asking import look"),
    (bare_renderer, "journalist_ui/previews/renderer/run.py", "import journalist_ui.log"),
    (bare_renderer, "journalist_ui/previews/asking.py", "from PIL import Image"),
    (bare_renderer, "journalist_ui/previews/asking.py", "import journalist_ui.verbs.files"),
]


@pytest.mark.parametrize(("rule", "name", "text"), FAULTS)
def test_the_rule_sees_a_fault(tmp_path: Path, rule: Callable[[str, str], Refusal], name: str, text: str) -> None:
    plant(tmp_path, name, text)
    assert len(refused(tmp_path, rule)) == 1


def test_what_the_rules_allow_passes(tmp_path: Path) -> None:
    plant(tmp_path, "dropbox/protocol/primitives.py", "import nacl.bindings\nfrom . import errors")
    plant(tmp_path, "dropbox/flows/source/visit.py", "from ..protocol.wire import read\nimport struct")
    plant(tmp_path, "dropbox/admin_cli/retention.py", "from dropbox.server.store.sql import SqlStore")
    plant(tmp_path, "dropbox/server/app.py", "from .store import sql\nfrom dropbox.protocol import wire")
    plant(tmp_path, "keys/issue.py", "import click\nfrom dropbox.protocol.directory import Directory")
    assert [fault for rule in RULES for fault in refused(tmp_path, rule)] == []


# --- what is not an import, or is one only when the program runs ---


def reaching_calls(root: Path) -> list[str]:
    """Built-in functions by which a pure module would read or write."""
    return [
        f"{path.relative_to(root)}:{node.lineno} calls {node.func.id}"
        for path in code_files(root)
        if within(module_name(root, path), "dropbox.protocol", "dropbox.flows")
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id in ("open", "print", "input", "eval", "exec", "__import__", "breakpoint")
    ]


def test_pure_modules_neither_read_nor_print(tmp_path: Path) -> None:
    assert reaching_calls(ROOT) == []
    plant(tmp_path, "dropbox/protocol/words.py", "WORDS = open('words').read()")
    assert len(reaching_calls(tmp_path)) == 1


# What a running desk is made of, and how a transaction begins.
INSIDE = {"engine", "sessions", "drafts", "vault", "reading", "writing", "transaction"}


def reached_through(root: Path) -> list[str]:
    """10. Pages and socket open no transaction, and reach past the verbs by no attribute of the desk that they hold."""
    return [
        f"{path.relative_to(root)}:{node.lineno} reaches {node.attr}"
        for path in code_files(root)
        if within(module_name(root, path), "journalist_ui.web", "journalist_ui.socket")
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Attribute) and node.attr in INSIDE
    ]


def opened_in_a_noun(root: Path) -> list[str]:
    """10. Nouns of casework and people are given a transaction and open none."""
    return [
        f"{path.relative_to(root)}:{node.lineno} opens a transaction"
        for path in code_files(root)
        if within(module_name(root, path), "journalist_ui.casework", "journalist_ui.people")
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Attribute) and node.attr in ("reading", "writing", "begin")
    ]


def test_nouns_open_no_transaction(tmp_path: Path) -> None:
    """Whoever calls several of them decides what is done at once, whole or not at all."""
    assert opened_in_a_noun(ROOT) == []
    plant(tmp_path, "journalist_ui/casework/inbox.py", "def f(vault):\n    with vault.reading() as one:\n        pass")
    plant(tmp_path, "journalist_ui/people/members.py", "def f(vault):\n    with vault.writing() as one:\n        pass")
    assert len(opened_in_a_noun(tmp_path)) == 2


def test_pages_and_socket_know_the_verbs_alone(tmp_path: Path) -> None:
    """Whatever object they are given."""
    assert reached_through(ROOT) == []
    plant(tmp_path, "journalist_ui/web/pages/cases.py", "def inbox(visit):\n    visit.site.desk.engine.sync()")
    plant(tmp_path, "journalist_ui/socket/server.py", "def f(vault):\n    with vault.writing() as one:\n        pass")
    assert len(reached_through(tmp_path)) == 2


def busy_packages(root: Path) -> list[str]:
    """A package's own file runs with every module in it, so one import there would undo rules 1 and 3."""
    names = ("dropbox/__init__.py", "dropbox/protocol/__init__.py", "dropbox/server/__init__.py")
    return [name for name in names if (root / name).exists() and list(imports(root, root / name))]


def test_shared_packages_import_nothing_by_themselves(tmp_path: Path) -> None:
    assert busy_packages(ROOT) == []
    plant(tmp_path, "dropbox/protocol/__init__.py", "from .codename import decode")
    assert busy_packages(tmp_path) == ["dropbox/protocol/__init__.py"]


# The demo shows a member's codes as the member's telephone would: another machine than the desk.
OTHER_MACHINES = {"dropbox.demo.authenticator"}


def second_adapters(root: Path) -> list[str]:
    users: dict[str, set[str]] = {}
    for path in code_files(root):
        for _, name in imports(root, path):
            if module_name(root, path) not in OTHER_MACHINES:
                users.setdefault(name.split(".")[0], set()).add(module_name(root, path))
    return [f"{name}: {sorted(users[name])}" for name in ADAPTED if len(users.get(name, ())) > 1]


def test_each_library_with_crypto_of_its_own_has_one_adapter(tmp_path: Path) -> None:
    assert second_adapters(ROOT) == []
    plant(tmp_path, "dropbox/transport/tor.py", "import aiohttp_socks")
    plant(tmp_path, "journalist_ui/daemon/net.py", "from aiohttp_socks import ProxyConnector")
    assert second_adapters(tmp_path) == ["aiohttp_socks: ['dropbox.transport.tor', 'journalist_ui.daemon.net']"]


LOADED = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(getattr(package, "__path__", []), package.__name__ + "."):
    # Alembic's scripts act when they are loaded; a __main__ starts its program.
    if not {"migrations", "__main__"} & set(module.name.split(".")):
        importlib.import_module(module.name)
print("\\n".join(sys.modules))
"""


def loaded_with(package: str, cwd: Path = ROOT) -> set[str]:
    """Every module in memory once a whole package, or one module, is."""
    done = subprocess.run([sys.executable, "-c", LOADED, package], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_a_running_server_holds_nothing_that_decrypts() -> None:
    loaded = loaded_with("dropbox.server")
    assert [name for name in loaded if within(name, "keys", "journalist_ui", "dropbox.flows")] == []
    assert [name for name in loaded if name in {f"dropbox.protocol.{part}" for part in DECRYPTION}] == []


OPENING = (
    *("dropbox.flows.desk", "dropbox.transport.desk"),
    *("dropbox.protocol.envelope_open", "dropbox.protocol.contact_open", "journalist_ui"),
)


def test_a_source_holds_nothing_that_opens_envelopes(tmp_path: Path) -> None:
    """Neither the commands nor any module of theirs; a module that did would be seen."""
    loaded = loaded_with("dropbox.source_cli")
    assert "dropbox.flows.source.visit" in loaded
    assert [name for name in loaded if within(name, *OPENING)] == []
    plant(tmp_path, "planted/__init__.py", "from dropbox.flows.desk import state")
    assert "dropbox.protocol.envelope_open" in loaded_with("planted", cwd=tmp_path)


def test_the_offline_tool_holds_no_network_library() -> None:
    assert [name for name in loaded_with("keys") if within(name, "aiohttp", "sqlalchemy", "jinja2")] == []


def test_commands_that_ask_the_desk_load_no_database() -> None:
    """A person waits for what a command loads; the daemon has the vault."""
    for name in ("cases", "conversation", "replies", "sessions", "upkeep", "members"):
        assert [one for one in loaded_with(f"journalist_ui.cli.{name}") if within(one, "aiohttp", "sqlalchemy")] == []


def test_what_is_in_memory_is_seen(tmp_path: Path) -> None:
    plant(tmp_path, "planted/__init__.py", "")
    plant(tmp_path, "planted/inner/__init__.py", "import sqlalchemy")
    assert "sqlalchemy" in loaded_with("planted", cwd=tmp_path)
