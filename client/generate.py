# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes the browser's constants, labels, errors, limits, sentences and words from the Python: ``make generated``.

A test compares the files with what this program would write, so that no number and no sentence can differ between the
command line and the browser.
"""

import json
from enum import IntEnum
from importlib import resources
from pathlib import Path
from types import ModuleType

from dropbox.flows.trust import Warned
from dropbox.forces.places import packed_places
from dropbox.hints import packed_rules
from dropbox.protocol import constants, labels
from dropbox.protocol.errors import ProtocolError, TooLong, UnknownWord, WrongWordCount
from dropbox.source_cli.attaching import ENDINGS
from dropbox.source_cli.terminal import error_text, warning_text
from dropbox.transport import limits
from dropbox.transport.errors import BadAnswer, Refused, TransportFailed, Unreachable

HERE = Path(__file__).parent
# What stands in a sentence's gaps is filled in by the browser, so a gap's name goes where a number would.
WARNING_GAPS = {"slug": "{unit}", "days": "{days}", "proof": "{proof}"}
ERROR_GAPS: list[ProtocolError] = [
    UnknownWord("{position}"),  # type: ignore[arg-type]  # a gap
    WrongWordCount("{count}"),  # type: ignore[arg-type]  # a gap
    TooLong("text", "{parts}", "{allowed}"),  # type: ignore[arg-type]  # gaps
]
HEAD = """// SPDX-License-Identifier: AGPL-3.0-or-later
/** @file {about} Written by `make generated` from {source}; do not edit. */
"""
PROTOCOL_ROOT = """
/** Root of the tree; never thrown itself. */
export class ProtocolError extends Error {
  static code = "";
  static say = "";

  /**
   * @param {string} [where] names the field or the struct, for an engineer; it holds no content
   * @param {Record<string, number>} [facts] what a sentence about it may say: position, count, parts, allowed
   */
  constructor(where = "", facts = {}) {
    super(where);
    this.where = where;
    this.facts = facts;
  }

  get code() {
    return /** @type {typeof ProtocolError} */ (this.constructor).code;
  }

  get say() {
    return /** @type {typeof ProtocolError} */ (this.constructor).say;
  }
}
"""
TRANSPORT_ROOT = """
/** Root of the tree; never thrown itself. */
export class TransportFailed extends Error {
  static code = "";
  static say = "";

  get code() {
    return /** @type {typeof TransportFailed} */ (this.constructor).code;
  }

  /** What happened and what to do, for a person. */
  get say() {
    return /** @type {typeof TransportFailed} */ (this.constructor).say;
  }
}
"""
REFUSED = """
/** The server said no, with a code of docs/http-api.md. */
export class Refused extends TransportFailed {
  static code = "%s";
  static say = "%s";

  /** @param {string} refusal */
  constructor(refusal) {
    super(refusal);
    this.refusal = refusal;
  }
}
"""


def _js(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _head(about: str, source: str) -> str:
    return HEAD.format(about=about, source=source)


def _constants(module: ModuleType, about: str, source: str) -> str:
    lines = [_head(about, source)]
    for name, value in vars(module).items():
        if isinstance(value, type) and issubclass(value, IntEnum) and value is not IntEnum:
            members = ", ".join(f"{member.name}: {member.value}" for member in value)
            lines.append(f"export const {name} = Object.freeze({{ {members} }});")
        elif name.isupper() and isinstance(value, dict | tuple):
            lines.append(f"export const {name} = Object.freeze({_js(value)});")
        elif name.isupper():
            lines.append(f"export const {name} = {_js(value)};")
    return "\n".join(lines) + "\n"


def _labels() -> str:
    lines = [
        _head("Every domain label of the protocol.", "dropbox/protocol/labels.py"),
        'import { utf8 } from "./bytes.js";\n',
    ]
    lines += [f"export const {name} = utf8({_js(value.decode())});" for name, value in labels.ALL.items()]
    return "\n".join(lines) + "\n"


def _class(kind: type[ProtocolError] | type[TransportFailed]) -> str:
    parent = kind.__bases__[0]
    stated = [f"  static {name} = {_js(vars(kind)[name])};" for name in ("code", "say") if name in vars(kind)]
    head = f"export class {kind.__name__} extends {parent.__name__} {{"
    return "\n".join(["", head, *stated, "}", ""]) if stated else f"\n{head}}}\n"


def _errors() -> str:
    text = _head("The errors of the protocol: one tree, families by who is at fault.", "dropbox/protocol/errors.py")
    text += PROTOCOL_ROOT

    def walk(kind: type[ProtocolError]) -> str:
        return "".join(_class(child) + walk(child) for child in kind.__subclasses__())

    return text + walk(ProtocolError)


def _transport_errors() -> str:
    text = _head("What can go wrong between here and the server.", "dropbox/transport/errors.py") + TRANSPORT_ROOT
    return text + _class(Unreachable) + _class(BadAnswer) + REFUSED % (Refused.code, Refused.say)


def _sentences() -> str:
    """The command line's own sentences, with gaps for what differs."""
    codes = ("replies-altered", "clock", "silent", "not-acknowledged")
    warned = {code: warning_text(Warned(code, **WARNING_GAPS)) for code in codes}  # type: ignore[arg-type]  # gaps
    failed = {error.code: error_text(error) for error in ERROR_GAPS}
    one = WrongWordCount(1)
    failed[f"{one.code} {one.where}"] = error_text(one)
    text = _head("What the command line says of warnings and errors.", "dropbox/source_cli/terminal.py")
    for name, said in (("WARNINGS", warned), ("ERRORS", failed)):
        text += f"\nexport const {name} = Object.freeze({json.dumps(said, ensure_ascii=False, indent=2)});\n"
    return text


def _endings() -> str:
    text = _head("The endings of files, by their kinds.", "dropbox/source_cli/attaching.py")
    return f"{text}\n/** @type {{Record<string, string>}} */\nexport const ENDINGS = {_js(ENDINGS)};\n"


def _words() -> str:
    """One text, so that it packs well: the file's lines, joined by spaces."""
    words = (resources.files("dropbox.words") / "eff-large-wordlist.txt").read_text().split()
    text = _head("The EFF large word list.", "dropbox/words/eff-large-wordlist.txt")
    return f"{text}\nexport const WORDS = {_js(' '.join(words))};\n"


def _places() -> str:
    text = _head("Places and the forces that serve them, by GeoNames, CC BY 4.0.", "dropbox/forces/places.py")
    return f"{text}\nexport const PLACES = {_js(packed_places())};\n"


def _hint_rules() -> str:
    text = _head("What the hints look for in a text.", "dropbox/hints")
    kind = "{rules: [string, string, string, boolean][], titles: string, common: string, names: string, unsure: string}"
    return f"{text}\n/** @type {{{kind}}} */\nexport const RULES = {packed_rules()};\n"


def generated() -> dict[Path, str]:
    """Every generated file and its text."""
    return {
        HERE / "protocol" / "constants.js": _constants(
            constants, "Every size, number and limit of the protocol.", "dropbox/protocol/constants.py"
        ),
        HERE / "transport" / "limits.js": _constants(
            limits, "How long a visit waits and how often it asks again, in seconds.", "dropbox/transport/limits.py"
        ),
        HERE / "protocol" / "labels.js": _labels(),
        HERE / "protocol" / "errors.js": _errors(),
        HERE / "transport" / "errors.js": _transport_errors(),
        HERE / "worker" / "terminal_sentences.js": _sentences(),
        HERE / "worker" / "endings.js": _endings(),
        HERE / "words.js": _words(),
        HERE / "pages" / "places.js": _places(),
        HERE / "pages" / "hint_rules.js": _hint_rules(),
    }


if __name__ == "__main__":
    for path, text in generated().items():
        path.write_text(text, encoding="utf-8")
