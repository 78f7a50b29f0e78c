"""The in-memory broker's stable address: only answers that carry an address are changed."""

from __future__ import annotations

import struct

import pytest

from deploy.stacks.embedded.memory_kafka import Connection, address

_REAL, _PUBLIC = address(41_234), address(9_192)
_METADATA, _FETCH, _FIND_COORDINATOR = 3, 1, 10


def _request(key: int, correlation: int) -> bytes:
    return struct.pack(">hhi", key, 9, correlation) + b"client"


def _response(correlation: int, body: bytes) -> bytes:
    return struct.pack(">i", correlation) + body


@pytest.mark.parametrize("key", [_METADATA, _FIND_COORDINATOR])
def test_an_address_in_an_answer_becomes_the_public_one(key: int) -> None:
    connection = Connection(_REAL, _PUBLIC)
    assert connection.request(_request(key, 7)) == _request(key, 7)
    answer = connection.response(_response(7, b"\x00\x01" + _REAL + b"rest"))
    assert answer == _response(7, b"\x00\x01" + _PUBLIC + b"rest")


def test_a_record_that_happens_to_hold_the_address_is_left_alone() -> None:
    connection = Connection(_REAL, _PUBLIC)
    connection.request(_request(_FETCH, 8))
    assert connection.response(_response(8, _REAL)) == _response(8, _REAL)


def test_each_request_answers_for_itself() -> None:
    connection = Connection(_REAL, _PUBLIC)
    connection.request(_request(_METADATA, 1))
    connection.request(_request(_FETCH, 2))
    assert connection.response(_response(1, _REAL)) == _response(1, _PUBLIC)
    assert connection.response(_response(2, _REAL)) == _response(2, _REAL)
    assert connection.response(_response(1, _REAL)) == _response(1, _REAL)
