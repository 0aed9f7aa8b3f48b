# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes the vectors: one JSON file a scenario in ``scenarios/``, for Python and for the browser alike.

Run from the root of the repository: ``python -m tests.vectors.make``. A vector holds the claim, the operation, its
input, and either the output or the code of the error. What HPKE seals is random: a vector that holds an envelope
differs from run to run, every other comes out the same byte for byte. Files are only ever written by this program.
"""

import json
from pathlib import Path
from typing import Any

from dropbox.protocol.errors import ProtocolError
from tests.vectors import (  # noqa: F401 - the import registers operations
    operations_audit,
    operations_blobs,
    operations_board,
    operations_contact,
    operations_plan,
    operations_service,
    operations_told,
)
from tests.vectors.known_answers import published, xwing
from tests.vectors.operations import OPERATIONS
from tests.vectors.scenario import Scenario
from tests.vectors.scenario_audit import audit_scenarios
from tests.vectors.scenario_batches import batch_scenarios
from tests.vectors.scenario_blobs import blob_scenarios
from tests.vectors.scenario_board import board_scenarios
from tests.vectors.scenario_bodies import body_scenarios
from tests.vectors.scenario_codenames import codename_scenarios
from tests.vectors.scenario_contact import contact_scenarios
from tests.vectors.scenario_entries import entry_scenarios
from tests.vectors.scenario_envelopes import envelope_scenarios
from tests.vectors.scenario_forms import form_scenarios
from tests.vectors.scenario_inert import inert_scenarios
from tests.vectors.scenario_plan import plan_scenarios
from tests.vectors.scenario_reading import reading_scenarios
from tests.vectors.scenario_routes import route_scenarios, successor_scenarios
from tests.vectors.scenario_sets import set_scenarios
from tests.vectors.scenario_texts import text_scenarios
from tests.vectors.scenario_told import told_scenarios
from tests.vectors.scenario_trust import trust_scenarios
from tests.vectors.scenario_visit import visit_scenarios

HERE = Path(__file__).parent
OUT = HERE / "scenarios"
Vector = dict[str, Any]
RANDOM = ("envelope", "sealed_contact")
"""Fields of an input that HPKE sealed."""


def outcome(operation: str, values: dict[str, Any]) -> Vector:
    """What this implementation answers."""
    try:
        return {"output": OPERATIONS[operation](values)}
    except ProtocolError as error:
        return {"error": error.code}


def vector(scenario: Scenario) -> Vector:
    """The file's content. A scenario that states its answer must get it; one that names an error must get that."""
    name, claim, operation, values, expected = scenario
    found = outcome(operation, values)
    stated = {"error": expected["error"]} if "error" in expected else {"output": expected}
    if expected and found != stated:
        raise SystemExit(f"{name}: expected {str(stated)[:600]}, found {str(found)[:600]}")
    if not expected and "error" in found:
        raise SystemExit(f"{name}: unexpected {found}")
    return {"claim": claim, "operation": operation, "input": values, **found}


def holds_envelope(made: Vector) -> bool:
    """Whether a vector holds what HPKE sealed, which is random."""
    return not made["input"].keys().isdisjoint(RANDOM)


def text_of(made: Vector) -> str:
    """The file, as text."""
    return json.dumps(made, indent=1, ensure_ascii=True) + "\n"


def scenarios() -> list[Scenario]:
    """All of them; names are unique."""
    draft = json.loads((HERE / "published" / "xwing-draft.json").read_text())
    every = [
        *published(),
        *xwing(draft),
        *codename_scenarios(),
        *body_scenarios(),
        *blob_scenarios(),
        *contact_scenarios(),
        *form_scenarios(),
        *inert_scenarios(),
        *envelope_scenarios(),
        *set_scenarios(),
        *entry_scenarios(),
        *text_scenarios(),
        *told_scenarios(),
        *trust_scenarios(),
        *batch_scenarios(),
        *plan_scenarios(),
        *audit_scenarios(),
        *board_scenarios(),
        *reading_scenarios(),
        *visit_scenarios(),
        *route_scenarios(),
        *successor_scenarios(),
    ]
    names = [one[0] for one in every]
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        raise SystemExit(f"doubled: {sorted(doubled)}")
    return every


def main() -> None:
    """Write every file, and remove those that no scenario names any more."""
    made = {f"{one[0]}.json": text_of(vector(one)) for one in scenarios()}
    OUT.mkdir(exist_ok=True)
    for old in OUT.glob("*.json"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (OUT / name).write_text(text)
    print(len(made), "vectors")


if __name__ == "__main__":
    main()
