"""Pieces that the helper process hands over, whole or broken off."""

from hypothesis import given
from hypothesis import strategies as st

from hub.library.extract.pieces import Pieces, heard, piece
from hub.library.rules import State


@given(st.dictionaries(st.integers(1, 99), st.binary(max_size=60), max_size=5))
def test_pieces_arrive_as_they_were_told(each: dict[int, bytes]) -> None:
    told = b"".join(piece(number, content) for number, content in each.items())
    assert heard(told).each == each
    assert heard(told).state is None
    assert heard(told + b'{"end": {"state": "ok", "detail": "", "cause": ""}}\n') == Pieces(each, State.OK)


@given(st.binary(max_size=200))
def test_rubbish_instead_of_pieces_is_taken_as_broken_off(told: bytes) -> None:
    assert isinstance(heard(told), Pieces)


@given(st.data())
def test_pieces_that_break_off_in_the_middle_lose_only_the_last(data: st.DataObject) -> None:
    whole = piece(1, b"first") + piece(2, b"second")
    cut = data.draw(st.integers(0, len(whole) - 1))
    each = heard(whole[:cut]).each
    assert each in ({}, {1: b"first"})
