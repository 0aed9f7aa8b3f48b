# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person can type, set, fetch or be told is written in README.md or docs/.

All of it is found in the code itself, so that nothing has to be listed twice; what is not written yet is not missed.
"""

import ast
import importlib
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from dropbox.command_line.entries import MODULES
from tests.rules.tree import ROOT, files, parse, plant

# Every command has it, and click explains it.
EVERYWHERE = {"--help"}


def documents(root: Path = ROOT) -> dict[str, str]:
    return {
        str(path.relative_to(root)): path.read_text(encoding="utf-8")
        for path in files(root, ".md")
        if path.relative_to(root).parts[0] in ("README.md", "docs")
    }


def mentions(text: str, phrase: str) -> bool:
    """The phrase as a whole: `--force` is not in `--force-it`, nor `/v1/board` in `/v1/board/x`."""
    return re.search(rf"(?<![\w/-]){re.escape(phrase)}(?![\w/-])", text) is not None


# --- commands and flags ---


def entry_point(script: str) -> click.Command:
    """The click command behind an entry of pyproject."""
    command = importlib.import_module(MODULES[script]).main
    assert isinstance(command, click.Command)
    return command


def leaves(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command, info_name=path)
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        if inner is not None and not inner.hidden:
            yield from leaves(inner, f"{path} {name}")


def flags(command: click.Command) -> set[str]:
    return {
        flag
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.hidden
        for flag in (*parameter.opts, *parameter.secondary_opts)
        if flag.startswith("--")
    } - EVERYWHERE


def undocumented_commands(command: click.Command, path: str, texts: dict[str, str]) -> list[str]:
    """Commands that no document names, and flags that no document which names their command does."""
    faults = []
    for name, leaf in leaves(command, path):
        about = [text for text in texts.values() if mentions(text, name)]
        if not about:
            faults.append(name)
        for flag in sorted(flags(leaf)):
            if about and not any(mentions(text, flag) for text in about):
                faults.append(f"{name} {flag}")
    return faults


@pytest.mark.parametrize("script", MODULES)
def test_every_command_and_flag_is_documented(script: str) -> None:
    assert undocumented_commands(entry_point(script), script, documents()) == []


def test_an_undocumented_command_or_flag_is_seen() -> None:
    option = click.Option(["--force/--no-force"])
    report, check = click.Command("report", params=[option]), click.Command("check")
    tool = click.Group("tool", commands={"report": report, "check": check})
    texts = {"a.md": "tool report --force", "b.md": "--no-force; tool checks"}
    assert undocumented_commands(tool, "tool", texts) == ["tool check", "tool report --no-force"]
    texts["a.md"] += " --no-force, tool check"
    assert undocumented_commands(tool, "tool", texts) == []


# --- routes, settings, errors ---


# Where each table of routes is described.
DESCRIBED = {"dropbox/server/handlers/routes.py": "docs/http-api.md", "journalist_ui/web/routes.py": "docs/desk-web.md"}


def routes(root: Path, table: str) -> list[str]:
    """Each path of a table of routes."""
    return sorted(
        {
            node.value
            for path in [root / table]
            for node in ast.walk(parse(path))
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.match(r"/[\w/{}.-]*$", node.value)
        }
    )


def settings(root: Path) -> list[str]:
    """Each field of each dataclass in a module of settings."""
    return sorted(
        {
            field.target.id
            for path in files(root, "config.py", "settings.py")
            for node in ast.walk(parse(path))
            if isinstance(node, ast.ClassDef) and any("dataclass" in ast.unparse(d) for d in node.decorator_list)
            for field in node.body
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        }
    )


def codes(root: Path) -> list[str]:
    """Each code that an error says: `code = "…"` in a class, or a key of the server's table of refusals."""
    found = set()
    for path in files(root, "errors.py", "error_answers.py", "refusals.py"):
        for node in ast.walk(parse(path)):
            match node:
                case ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(code))):
                    found.add(code)
                case ast.Assign(targets=[ast.Name(id="REFUSALS")], value=ast.Dict(keys=keys)):
                    found |= {key.value for key in keys if isinstance(key, ast.Constant)}
    return sorted(found - {""})


def undocumented(names: list[str], texts: dict[str, str]) -> list[str]:
    return [name for name in names if not any(mentions(text, name) for text in texts.values())]


@pytest.mark.parametrize("table", DESCRIBED)
def test_every_route_is_documented(table: str) -> None:
    assert len(routes(ROOT, table)) > 5
    text = (ROOT / DESCRIBED[table]).read_text(encoding="utf-8")
    assert undocumented(routes(ROOT, table), {DESCRIBED[table]: text}) == []


def test_every_table_of_routes_has_its_document(tmp_path: Path) -> None:
    assert {str(path.relative_to(ROOT)) for path in files(ROOT) if path.name == "routes.py"} == set(DESCRIBED)
    plant(tmp_path, "routes.py", "ROUTES = [web.get('/v1/board', board), web.get('/v1/segments/{n}', n)]")
    found = routes(tmp_path, "routes.py")
    assert undocumented(found, {"a.md": "GET /v1/board, GET /v1/segments/{m}"}) == ["/v1/segments/{n}"]


def test_every_setting_is_documented(tmp_path: Path) -> None:
    assert undocumented(settings(ROOT), documents()) == []
    plant(tmp_path, "config.py", "@dataclass(frozen=True)\nclass Config:\n    socket: str\n    reserve: int = 1\n")
    assert undocumented(settings(tmp_path), {"a.md": "`socket_mode` and `reserve`"}) == ["socket"]


def test_every_error_code_is_documented(tmp_path: Path) -> None:
    assert undocumented(codes(ROOT), documents()) == []
    plant(tmp_path, "errors.py", "class A(E):\n    code = 'too-long'\nREFUSALS = {'too-late': A}\n")
    assert undocumented(codes(tmp_path), {"a.md": "`too-long-ago`, `too-late`"}) == ["too-long"]


# --- links ---


def dead_links(root: Path) -> list[str]:
    """Links to files of the repository that are not there."""
    return [
        f"{path.relative_to(root)}: {target}"
        for path in files(root, ".md")
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8"))
        if "://" not in target and not target.startswith("mailto:")
        if not (path.parent / target).exists()
    ]


def test_every_link_leads_to_a_file(tmp_path: Path) -> None:
    assert dead_links(ROOT) == []
    plant(tmp_path, "docs/a.md", "[b](b.md#top) [c](c.md) [d](#here) [e](https://example.org)")
    plant(tmp_path, "docs/b.md", "")
    assert dead_links(tmp_path) == ["docs/a.md: c.md"]
