# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of the pages: what stands in an address, how much may be posted, and what is kept of a session."""

import re
from dataclasses import fields

import pytest

from journalist_ui.casework.cases import STATES
from journalist_ui.web.render import static_files
from journalist_ui.web.routes import LONGEST_BODY, LONGEST_FORM, ROUTES, find_route
from journalist_ui.web.site import At, LastDone
from journalist_ui.web.words.done import Done


def test_every_place_of_an_address_has_its_name() -> None:
    """A page reads it as a field, which a type checker knows."""
    named = {name for route in ROUTES for name in re.findall(r"\{(\w+)\}", route.path)}
    assert named == {one.name for one in fields(At)}


@pytest.mark.parametrize("path", ["/cases/0", "/cases/01", "/cases/-1", "/cases/1234567890", "/cases/1/", "/cases/x"])
def test_an_address_that_is_no_number_is_no_page(path: str) -> None:
    """Neither zero nor more digits than a case ever has."""
    assert find_route("GET", path) == (None, set())


def test_a_case_is_found_by_its_number() -> None:
    """For the way that the route takes; of another way it is said which there are."""
    found, methods = find_route("GET", "/cases/123456789")
    assert found is not None
    assert (found[0].path, found[1].case, methods) == ("/cases/{case}", 123_456_789, {"GET"})
    assert find_route("POST", "/cases/1") == (None, {"GET"})


def test_only_what_people_write_may_be_long() -> None:
    """Every other form is a few fields."""
    assert {route.path for route in ROUTES if route.longest > LONGEST_FORM} == {
        "/cases/{case}/reply",
        "/questions/keep",
        "/cases/{case}/note",
        "/cases/{case}/decide",
        "/cases/{case}/outcome",
        "/cases/{case}/refer",
    }
    assert max(route.longest for route in ROUTES) == LONGEST_BODY


def test_every_file_of_the_pages_is_served_to_anybody() -> None:
    """And nothing else is without a sign-in but signing in and locking."""
    served = {route.path for route in ROUTES if not route.signed_in and route.method == "GET"}
    assert served == {f"/static/{name}" for name in static_files()} | {"/sign-in"}


def test_what_was_done_is_said_once_and_kept_by_no_token() -> None:
    """A dump of the memory of the pages gives nobody a session; another session hears nothing."""
    done = LastDone()
    done.note("TOKEN", Done.SENT)
    assert "TOKEN" not in repr(vars(done))
    assert not done.take("OTHER", "sent")
    assert not done.take("TOKEN", "draft")
    assert [done.take("TOKEN", "sent") for _ in range(2)] == [Done.SENT.value, ""]
    done.note("TOKEN", Done.SENT)
    done.forget("TOKEN")
    assert not done.take("TOKEN", "sent")


def test_every_state_is_said_once_it_is_set() -> None:
    """Each that a person sets has its sentence; an outcome has one of its own."""
    assert {f"state-{state}" for state in STATES} == {one.code for one in Done if one.code.startswith("state-")}
