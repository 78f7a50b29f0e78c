"""DER against asn1crypto, an independent encoder."""

from __future__ import annotations

import contextlib

import pytest
from asn1crypto import core
from hypothesis import given
from hypothesis import strategies as st

from services.sealing import der
from services.sealing.errors import MalformedDerError


@given(st.integers(min_value=-(1 << 200), max_value=1 << 200))
def test_integers_are_encoded_as_asn1crypto_does(value: int) -> None:
    assert der.integer(value) == core.Integer(value).dump()
    assert der.read_exactly(der.integer(value)).number() == value


@pytest.mark.parametrize("value", [0, 127, 128, 255, 256, -1, -128, -129, 32767, 32768])
def test_integers_at_the_borders_of_a_byte(value: int) -> None:
    assert der.integer(value) == core.Integer(value).dump()


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65535, 65536, 70000])
def test_lengths_are_in_the_shortest_form(size: int) -> None:
    assert der.octets(bytes(size)) == core.OctetString(bytes(size)).dump()
    assert der.read_exactly(der.octets(bytes(size))).content == bytes(size)


@given(
    st.tuples(st.integers(0, 2), st.integers(0, 39)),
    st.lists(st.integers(0, 1 << 40), min_size=1, max_size=8),
)
def test_object_identifiers(first: tuple[int, int], rest: list[int]) -> None:
    dotted = ".".join(map(str, (*first, *rest)))
    assert der.oid(dotted) == core.ObjectIdentifier(dotted).dump()


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_sets_are_sorted_and_read_back(members: list[bytes]) -> None:
    encoded = der.set_of(*map(der.octets, members))
    raw = [node.raw for node in der.read_exactly(encoded).list(der.SET)]
    assert raw == sorted(map(der.octets, members))


@given(st.binary(max_size=64))
def test_reading_rubbish_is_refused_by_name(rubbish: bytes) -> None:
    def walk(node: der.Node, depth: int = 0) -> None:
        if node.tag & 0x20 and depth < 8:
            for child in node.children():
                walk(child, depth + 1)

    with contextlib.suppress(MalformedDerError):
        walk(der.read_exactly(rubbish))


@given(st.binary(min_size=1, max_size=200), st.integers(min_value=1))
def test_a_cut_encoding_is_refused(content: bytes, cut: int) -> None:
    encoded = der.sequence(der.octets(content))
    with pytest.raises(MalformedDerError):
        der.read_exactly(encoded[: -(cut % len(encoded)) or -1])


def test_trailing_bytes_and_indefinite_lengths_are_refused() -> None:
    for encoded in (
        der.NULL + b"\0",
        b"\x30\x80\0\0",
        b"\x1f\x81\x01\x00",
        b"\x30\x85" + b"\1" * 9,
    ):
        with pytest.raises(MalformedDerError):
            der.read_exactly(encoded)
