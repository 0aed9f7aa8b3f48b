# SPDX-License-Identifier: AGPL-3.0-or-later
"""How large things may grow before they must be divided."""

from pathlib import Path

import pytest

from tests.rules.sizes import FUNCTIONS, LANGUAGES, file_sizes, over
from tests.rules.tree import PACKAGES, PARTIES, ROOT, files, plant, within

FILE_LINES = 400
FUNCTION_LINES = 40
FOLDERS_BELOW_A_PARTY = 2
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager"}


def deep_folders(root: Path) -> list[str]:
    """A party is a folder of its own; what is not a party is judged from its package."""
    deep = set()
    for path in files(root, ".py"):
        folders = path.relative_to(root).parent.parts
        if not folders or folders[0] not in PACKAGES or "migrations" in folders:
            continue
        name = ".".join(folders)
        party = next((party for party in PARTIES if within(name, party)), ".".join(folders[:2]))
        if len(folders) - len(party.split(".")) > FOLDERS_BELOW_A_PARTY:
            deep.add("/".join(folders))
    return sorted(deep)


def vague_names(root: Path) -> list[str]:
    return [
        str(path.relative_to(root))
        for path in files(root, ".py", ".js", ".mjs")
        if VAGUE & {part.removesuffix(path.suffix).lower() for part in path.relative_to(root).parts}
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_file_is_too_long(tmp_path: Path, language: str) -> None:
    """In whatever language; one line more is seen."""
    assert over(file_sizes(ROOT, language), FILE_LINES) == []
    ending = LANGUAGES[language][0]
    plant(tmp_path, f"dropbox/fits{ending}", "x\n" * FILE_LINES)
    plant(tmp_path, f"dropbox/long{ending}", "x\n" * (FILE_LINES + 1))
    assert over(file_sizes(tmp_path, language), FILE_LINES) == [f"dropbox/long{ending}: 401 lines"]


DOCSTRING = '    """One.\n\n    Three.\n    """\n'
FITS = {
    "Python": ("fits.py", "def fits():\n" + DOCSTRING + "    x = 1\n" * (FUNCTION_LINES - 1)),
    "JavaScript": ("fits.js", "/**\n * Words\n */\nfunction fits() {\n" + "  f();\n" * (FUNCTION_LINES - 2) + "}\n"),
    "CSS": ("fits.css", "/* Words.\n*/\n.a {\n" + "  b: c;\n" * (FUNCTION_LINES - 2) + "}\n"),
}
INNER = "  f();\n" * (FUNCTION_LINES - 1)
LONG = {
    "Python": ("class A:\n  async def long(self):\n" + "    x = 1\n" * FUNCTION_LINES, ["2 long"]),
    "JavaScript": (
        "class A {\n  #long() {\n" + INNER + "  }\n}\nexport const other = async () => {\n" + INNER + "};\n",
        ["2 long", "44 other"],
    ),
    "CSS": ("@media a {\n  .b,\n  .c {\n" + "  d: e;\n" * (FUNCTION_LINES - 2) + "  }\n}\n", ["2 .b,"]),
}


@pytest.mark.parametrize("language", FUNCTIONS)
def test_no_function_is_too_long(tmp_path: Path, language: str) -> None:
    """Methods and arrows too, and the rules of a style sheet; what is said above them does not count."""
    sizes = FUNCTIONS[language]
    assert over(sizes(ROOT), FUNCTION_LINES) == []
    name, text = FITS[language]
    plant(tmp_path, name, text)
    assert over(sizes(tmp_path), FUNCTION_LINES) == []
    text, where = LONG[language]
    long = plant(tmp_path, name.replace("fits", "long"), text).name
    assert over(sizes(tmp_path), FUNCTION_LINES) == [f"{long}:{place}: 41 lines" for place in where]


def test_no_folder_is_too_deep(tmp_path: Path) -> None:
    assert deep_folders(ROOT) == []
    plant(tmp_path, "dropbox/server/store/sql/fits.py", "")
    plant(tmp_path, "dropbox/server/store/migrations/versions/one/fits.py", "")
    plant(tmp_path, "journalist_ui/daemon/sync/fits.py", "")
    assert deep_folders(tmp_path) == []
    plant(tmp_path, "dropbox/server/store/sql/sqlite/deep.py", "")
    plant(tmp_path, "keys/one/two/three/deep.py", "")
    assert deep_folders(tmp_path) == ["dropbox/server/store/sql/sqlite", "keys/one/two/three"]


def test_no_module_has_a_vague_name(tmp_path: Path) -> None:
    assert vague_names(ROOT) == []
    plant(tmp_path, "dropbox/database.py", "")
    plant(tmp_path, "dropbox/utils.py", "")
    plant(tmp_path, "keys/helpers/__init__.py", "")
    assert vague_names(tmp_path) == ["dropbox/utils.py", "keys/helpers/__init__.py"]
