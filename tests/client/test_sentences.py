# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every failure has a sentence that a person with a browser can act on."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dropbox.protocol.errors import leaves
from dropbox.source_cli.terminal import day
from tests.client.node_session import NODE

ROOT = Path(__file__).parents[2]
SCRIPT = """
import * as errors from "%s/protocol/errors.js";
import { told } from "%s/worker/sentences.js";
import { day } from "%s/worker/visit_told.js";
import { Unreachable, BadAnswer, Refused } from "%s/transport/errors.js";
const facts = { position: 3, count: 7, parts: 20, allowed: 16 };
const leaves = Object.values(errors).filter((kind) => kind.code).map((Kind) => told(new Kind("x", facts)));
const unknown = ["none", "several"].map((where) => told(new errors.UnknownUnit(where)));
const transport = [new Unreachable(), new BadAnswer(), new Refused("expired", "Too late.")].map(told);
const days = [[20000, 86400], [0, 5], [4294967295, 604800], [4294967295, 86400]].map((one) => day(...one));
console.log(JSON.stringify({ days, leaves, unknown, transport, other: told(new RangeError("secret")) }));
"""
COMMAND_LINE = ("dropbox-", "--", "script", "anchor file", "`", "{", "UTF-8 and")


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """What the worker says of every error."""
    client = (ROOT / "client").as_uri()
    script = SCRIPT % (client, client, client, client)
    done = subprocess.run([NODE, "--input-type=module"], input=script, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_error_has_a_sentence_without_the_command_line(told: dict[str, Any]) -> None:
    """None is empty, names an option or a file of another program, or shows a gap."""
    sentences = {one["code"]: one["say"] for one in told["leaves"] + told["transport"]}
    assert set(sentences) == {leaf.code for leaf in leaves()} | {"unreachable", "bad-answer", "refused"}
    faults = [code for code, say in sentences.items() if not say.endswith(".") or any(w in say for w in COMMAND_LINE)]
    assert faults == []


def test_sentences_say_the_numbers(told: dict[str, Any]) -> None:
    """As the command line does."""
    sentences = {one["code"]: one["say"] for one in told["leaves"]}
    assert sentences["unknown-word"].startswith("Word 3 is not in the list.")
    assert sentences["wrong-word-count"].startswith("That is 7 words;")
    assert "it would need 20 parts, at most 16 can be sent" in sentences["too-long"]
    assert len({one["say"] for one in told["unknown"]}) == 2


def test_days_are_those_of_the_command_line(told: dict[str, Any]) -> None:
    """Also beyond the calendar."""
    rows = [(20_000, 86_400), (0, 5), (4_294_967_295, 604_800), (4_294_967_295, 86_400)]
    assert told["days"] == [day(*row) for row in rows]


def test_what_nobody_foresaw_tells_nothing_of_itself(told: dict[str, Any]) -> None:
    """Its message could hold anything."""
    assert told["other"]["code"] == "unexpected"
    assert "secret" not in json.dumps(told["other"])
