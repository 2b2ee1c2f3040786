"""Pieces received from the child process, complete or interrupted."""

from hypothesis import given
from hypothesis import strategies as st

from hub.library.extract.pieces import Pieces, parse_pieces, piece
from hub.library.rules import State


@given(st.dictionaries(st.integers(1, 99), st.binary(max_size=60), max_size=5))
def test_pieces_arrive_as_they_were_sent(each: dict[int, bytes]) -> None:
    output = b"".join(piece(number, content) for number, content in each.items())
    assert parse_pieces(output).each == each
    assert parse_pieces(output).state is None
    assert parse_pieces(output + b'{"end": {"state": "ok", "detail": "", "cause": ""}}\n') == Pieces(each, State.OK)


@given(st.binary(max_size=200))
def test_garbage_instead_of_pieces_counts_as_unfinished(output: bytes) -> None:
    assert isinstance(parse_pieces(output), Pieces)


@given(st.data())
def test_an_interrupted_output_loses_only_its_last_piece(data: st.DataObject) -> None:
    whole = piece(1, b"first") + piece(2, b"second")
    cut = data.draw(st.integers(0, len(whole) - 1))
    each = parse_pieces(whole[:cut]).each
    assert each in ({}, {1: b"first"})
