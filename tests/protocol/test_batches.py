# SPDX-License-Identifier: AGPL-3.0-or-later
"""Batches, rows and answers: what is too large for a vector, and the formulas that others allocate by."""

from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from dropbox.protocol import constants
from dropbox.protocol.anchors import RootSignature, SignedHead
from dropbox.protocol.batches import (
    UnitBoard,
    Upload,
    board_id,
    encode_board,
    encode_rows,
    parse_board,
    parse_rows,
    parse_upload,
    rows_size,
    sign_batch,
    upload_size,
)
from dropbox.protocol.errors import BadValue, BatchAltered
from dropbox.protocol.manifests import Manifest, parse_manifest
from dropbox.protocol.primitives import sha256
from dropbox.protocol.rows import check_path, row_at, row_path, rows_root
from tests.protocol.test_round_trips import HASH, ID, SIGNED_HEADS, SOME, U32, fixed
from tests.vectors.small_service import START, Said, make_batch, noise, seed


@st.composite
def manifests(draw: st.DrawFn) -> Manifest:
    period = draw(SOME)
    before = draw(st.integers(0, period - 1))
    return Manifest(
        service_id=draw(ID),
        unit_id=draw(ID),
        period=period,
        prev_period=before,
        prev_hash=draw(HASH.filter(any)) if before else bytes(32),
        q=draw(U32),
        m=draw(U32),
        index_hash=draw(HASH),
        rows_hash=draw(HASH),
        root=draw(ID),
        intake_period=draw(U32),
        intake_root=draw(HASH),
        audit_head=draw(HASH),
        head=draw(SIGNED_HEADS),
        cert_current=draw(HASH),
        cert_next=draw(HASH),
    )


@st.composite
def parts(draw: st.DrawFn) -> UnitBoard:
    if draw(st.booleans()):
        return UnitBoard(draw(ID), None)
    certs = (draw(fixed(1)) * 1_262, draw(fixed(1)) * 1_262)
    return UnitBoard(draw(ID), sign_batch(draw(manifests()), draw(HASH), certs, draw(st.binary(max_size=99))))


@settings(max_examples=60)
@given(one=manifests())
def test_manifest(one: Manifest) -> None:
    """Every manifest is read back."""
    assert parse_manifest(one.encode()) == one


@settings(max_examples=30)
@given(one=st.lists(parts(), max_size=3, unique_by=lambda part: part.unit_id))
def test_board(one: list[UnitBoard]) -> None:
    """Every board that shows a unit once."""
    assert parse_board(encode_board(one)) == tuple(one)


@pytest.mark.parametrize("q", [8, 16, 64])
def test_every_row_has_its_path_and_no_other(q: int) -> None:
    """Under the root each row stands in its place alone."""
    rows = noise(f"rows {q}", q * constants.ENTRY)
    hashed, root = sha256(rows), rows_root(rows)
    for number in range(q):
        path = row_path(rows, number)
        assert len(path) == q.bit_length() - 1
        check_path(hashed, root, q, number, row_at(rows, number), path)
        for other in (number ^ 1, (number + q // 2) % q):
            with pytest.raises(BatchAltered):
                check_path(hashed, root, q, other, row_at(rows, number), path)
            with pytest.raises(BatchAltered):
                check_path(hashed, root, q, number, row_at(rows, other), path)


def test_no_node_passes_for_a_row() -> None:
    """Leaves and nodes begin with different bytes: two nodes are no entry, whatever length somebody gives them."""
    rows = noise("rows", 8 * constants.ENTRY)
    hashed, path = sha256(rows), row_path(rows, 0)
    below = row_path(rows, 1)[0] + path[0]
    with pytest.raises(BatchAltered):
        check_path(hashed, rows_root(rows), 4, 0, below, path[1:])


def test_a_board_larger_than_any_is_refused_before_it_is_parsed() -> None:
    """And rows larger than any before they are asked for."""
    with pytest.raises(BadValue, match="board size"):
        parse_board(bytes(constants.MAX_BOARD + 1))
    part = UnitBoard(bytes(16), make_batch("north", START).batch)
    manifest = parse_manifest(part.batch.manifest if part.batch else b"")
    most = (constants.MAX_BOARD - 34) // constants.ENTRY
    for q, count, fits in ((8_192, 2, True), (8_192, 3, False), (65_536, 1, False)):
        large = sign_batch(replace(manifest, q=q), seed("k"), (b"", b""), b"")
        shown = [UnitBoard(bytes([at]) * 16, large) for at in range(count)]
        assert (q * count <= most) == fits
        if fits:
            assert rows_size(shown) == 34 + q * count * constants.ENTRY
        else:
            with pytest.raises(BadValue, match="rows size"):
                rows_size(shown)


def test_the_formulas_are_met_by_the_largest_ones() -> None:
    """What the server lets in: the largest honest upload has exactly that many bytes; and what a client asks for."""
    made = make_batch("north", START, Said(q=64, m=32))
    manifest = parse_manifest(made.batch.manifest)
    signatures = tuple(RootSignature(index, bytes(64)) for index in range(constants.MAX_ROOTS))
    largest = replace(manifest, head=SignedHead(manifest.head.head, signatures))
    signed = sign_batch(largest, seed("k"), made.batch.certs, made.batch.index)
    upload = Upload(signed, made.rows)
    assert len(upload.encode()) == upload_size(64, 32)
    assert parse_upload(upload.encode()) == upload
    shown = [UnitBoard(bytes(16), signed)]
    name = board_id(b"directory", encode_board(shown))
    answer = encode_rows(name, [made.rows])
    assert len(answer) == rows_size(shown)
    assert parse_rows(answer, name, shown) == (made.rows,)
