# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vectors: every file holds here, and together they reach every error of the protocol."""

import json
from pathlib import Path

import pytest

from dropbox.protocol.errors import leaves
from tests.vectors.make import OUT, RANDOM, holds_envelope, outcome, scenarios, text_of, vector
from tests.vectors.operations import OPERATIONS

FILES = sorted(OUT.glob("*.json"))
VECTORS = {path.stem: json.loads(path.read_text()) for path in FILES}


@pytest.mark.parametrize("name", VECTORS)
def test_a_vector_holds(name: str) -> None:
    """This implementation answers what the file says."""
    held = VECTORS[name]
    stated = {key: held[key] for key in ("output", "error") if key in held}
    assert outcome(held["operation"], held["input"]) == stated


def test_the_files_are_those_that_the_program_names() -> None:
    """No file is left over, and none is missing."""
    assert sorted(VECTORS) == sorted(name for name, *_ in scenarios())


def test_what_is_not_random_is_made_again_byte_for_byte() -> None:
    """Only a vector that holds an envelope may differ: HPKE draws its own randomness."""
    made = {scenario[0]: vector(scenario) for scenario in scenarios()}
    fixed = {name: text_of(one) for name, one in made.items() if not holds_envelope(one)}
    differing = [name for name, text in fixed.items() if (OUT / f"{name}.json").read_text() != text]
    assert differing == []
    assert len(fixed) > 400


def test_the_random_ones_differ_in_nothing_but_what_was_sealed() -> None:
    """A vector that holds an envelope states the same claim and the same outcome when it is made again."""
    for scenario in scenarios():
        made, held = vector(scenario), VECTORS[scenario[0]]
        if holds_envelope(made):
            for one in (made, held):
                one["input"] = {key: value for key, value in one["input"].items() if key not in RANDOM}
                one.get("output", {}).pop("id", None)
            assert made == held, scenario[0]


def test_every_error_of_the_tree_is_reached() -> None:
    """A leaf that no vector reaches would be one that a second implementation need not have."""
    errors = {one["error"] for one in VECTORS.values() if "error" in one}
    told = {one["output"]["refused"] for one in VECTORS.values() if "refused" in one.get("output", {})}
    proofs = {row[3] for one in VECTORS.values() for row in one.get("output", {}).get("warnings", ())}
    assert {leaf.code for leaf in leaves()} - errors - told - proofs == set()


def test_every_operation_has_a_good_vector_and_every_reader_a_refused_one() -> None:
    """An operation without a vector would be one that nobody agrees on."""
    good = {one["operation"] for one in VECTORS.values() if "output" in one}
    refused = {one["operation"] for one in VECTORS.values() if "error" in one}
    readers = {name for name in OPERATIONS if name.split("-")[-1] in ("parse", "read", "decode", "verify", "open")}
    assert good == set(OPERATIONS)
    assert readers - refused - {"board-read"} == set()


def test_every_vector_says_what_it_claims() -> None:
    """The claim is a sentence; the fields are those that docs/protocol.md names."""
    for name, one in VECTORS.items():
        assert one["claim"].endswith("."), name
        assert set(one) in ({"claim", "operation", "input", "output"}, {"claim", "operation", "input", "error"}), name


def test_no_file_is_large() -> None:
    """A vector is read by people too: three units' batches of eight rows at most."""
    assert [path.name for path in FILES if Path(path).stat().st_size > 72_000] == []
