"""QR codes of one shape by table: byte mode, level M, mask 2, versions 1 to 9.

For a fixed version, mask and length a QR code is linear over GF(2): the code of a message is the
code of the zero message XOR one precomputed row per message byte. `segno` draws the zero message
(and with it all function patterns); where the bits go and their error correction is known here.
It chooses no mask by penalty: every mask decodes, and the choice would cost most of the time.
"""

from __future__ import annotations

from functools import cache

import segno

from services.sealing.errors import QrTooLongError

MASK = 2
#: version → error correction codewords per block, data codewords of each block (level M)
_BLOCKS: dict[int, tuple[int, list[int]]] = {
    1: (10, [16]),
    2: (16, [28]),
    3: (26, [44]),
    4: (18, [32] * 2),
    5: (24, [43] * 2),
    6: (16, [27] * 4),
    7: (18, [31] * 4),
    8: (22, [38] * 2 + [39] * 2),
    9: (22, [36] * 3 + [37] * 2),
}
_ALIGNMENT: dict[int, list[int]] = {
    1: [],
    2: [6, 18],
    3: [6, 22],
    4: [6, 26],
    5: [6, 30],
    6: [6, 34],
    7: [6, 22, 38],
    8: [6, 24, 42],
    9: [6, 26, 46],
}
_VERSION_INFORMATION_FROM = 7
_HEADER_BITS = 12
#: the row and the column of the timing patterns
_TIMING = 6
#: a finder pattern with its separator and the format information beside it
_FINDER = 9
_ALIGNMENT_RADIUS = 2
#: mode indicator and length take one and a half codewords
LONGEST = sum(_BLOCKS[9][1]) - 2


class QrTable:
    """All QR codes of one message length."""

    def __init__(self, size: int) -> None:
        """Precompute the rows (some milliseconds; use `qr_table`, which keeps the result).

        Raises:
            QrTooLongError: if no version up to 9 holds so many bytes.
        """
        self.version = next((v for v in _BLOCKS if 0 < size <= sum(_BLOCKS[v][1]) - 2), 0)
        if not self.version:
            raise QrTooLongError(size, LONGEST)
        #: modules per side, without the quiet zone
        self.side = 17 + 4 * self.version
        self._row_bytes = (self.side + 7) // 8
        self._base = self._packed_zero_message(size)
        position = self._module_values()
        deltas = [self._flip(position, _HEADER_BITS + bit) for bit in range(8 * size)]
        self._table = [_combinations(deltas[at : at + 8]) for at in range(0, len(deltas), 8)]

    def bitmap(self, message: bytes) -> bytes:
        """The code as rows of bits, 1 = dark, each row padded to whole bytes."""
        value = self._base
        for row, byte in zip(self._table, message, strict=True):
            value ^= row[byte]
        return value.to_bytes(self.side * self._row_bytes, "big")

    def _packed_zero_message(self, size: int) -> int:
        drawn = segno.make_qr(
            bytes(size), error="m", version=self.version, mode="byte", mask=MASK, boost_error=False
        )
        return sum(
            self._module(x, y)
            for y, row in enumerate(drawn.matrix)
            for x, dark in enumerate(row)
            if dark
        )

    def _module(self, x: int, y: int) -> int:
        """The bit of a module in the packed bitmap."""
        return 1 << 8 * self._row_bytes * (self.side - 1 - y) + 8 * self._row_bytes - 1 - x

    def _module_values(self) -> list[list[int]]:
        """For every codeword, in the order of placement, the bits of its eight modules."""
        path = [self._module(x, y) for x, y in _zigzag(self.side) if self._is_data_module(x, y)]
        return [path[at : at + 8] for at in range(0, len(path) - 7, 8)]

    def _is_data_module(self, x: int, y: int) -> bool:
        last = self.side - 1
        near, far = _FINDER, last - _FINDER + 1
        finder = (x < near and (y < near or y > far)) or (x > far and y < near)
        if _TIMING in (x, y) or finder:
            return False
        beside = last - _FINDER - 2
        information = (x > beside and y < _TIMING) or (x < _TIMING and y > beside)
        if self.version >= _VERSION_INFORMATION_FROM and information:
            return False
        return not self._in_alignment(x, y)

    def _in_alignment(self, x: int, y: int) -> bool:
        centres = _ALIGNMENT[self.version]
        corners = {(6, 6), (6, centres[-1]), (centres[-1], 6)} if centres else set()
        return any(
            max(abs(x - cx), abs(y - cy)) <= _ALIGNMENT_RADIUS
            for cx in centres
            for cy in centres
            if (cx, cy) not in corners
        )

    def _flip(self, modules: list[list[int]], bit: int) -> int:
        """The modules that change when one bit of the data changes."""
        correction, blocks = _BLOCKS[self.version]
        codeword, value = bit // 8, 0x80 >> bit % 8
        block, offset = 0, codeword
        while offset >= blocks[block]:
            offset -= blocks[block]
            block += 1
        # data codewords are interleaved column by column; shorter blocks lack the last column
        place = sum(min(offset, size) for size in blocks)
        place += sum(1 for size in blocks[:block] if size > offset)
        changed = _spread(modules[place], value)
        # the code is linear over GF(256) too: the correction of a value is a multiple of that of 1
        for index, unit in enumerate(_remainder(blocks[block] - 1 - offset, correction)):
            place = sum(blocks) + index * len(blocks) + block
            changed ^= _spread(modules[place], _multiply(value, unit))
        return changed


@cache
def qr_table(size: int) -> QrTable:
    """The table for messages of `size` bytes, made once per process."""
    return QrTable(size)


def _spread(modules: list[int], value: int) -> int:
    return sum(module for k, module in enumerate(modules) if value >> (7 - k) & 1)


def _zigzag(side: int) -> list[tuple[int, int]]:
    """The modules in the order in which codewords are placed."""
    path = []
    upwards = True
    columns = [x if x > _TIMING else x - 1 for x in range(side - 1, 0, -2)]
    for right in columns:
        rows = range(side - 1, -1, -1) if upwards else range(side)
        path += [(x, y) for y in rows for x in (right, right - 1)]
        upwards = not upwards
    return path


@cache
def _multiply(a: int, b: int) -> int:
    """The product in GF(256) modulo x^8 + x^4 + x^3 + x^2 + 1."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = a << 1 ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return product


@cache
def _generator(degree: int) -> list[int]:
    """The Reed-Solomon generator polynomial without its leading one."""
    polynomial, root = [1], 1
    for _ in range(degree):
        shifted = [*polynomial, 0]
        polynomial = [
            shifted[i] ^ (_multiply(polynomial[i - 1], root) if i else 0)
            for i in range(len(shifted))
        ]
        root = _multiply(root, 2)
    return polynomial[1:]


@cache
def _remainder(zeros: int, degree: int) -> list[int]:
    """The error correction of a data codeword 1 followed by `zeros` empty ones."""
    if not zeros:
        return _generator(degree)
    first, *rest = _remainder(zeros - 1, degree)
    return [
        following ^ _multiply(coefficient, first)
        for following, coefficient in zip([*rest, 0], _generator(degree), strict=True)
    ]


def _combinations(bits: list[int]) -> list[int]:
    """For every byte value the XOR of the entries of its bits, the highest bit first."""
    row = [0] * (1 << len(bits))
    for value in range(1, len(row)):
        lowest = value & -value
        row[value] = row[value ^ lowest] ^ bits[len(bits) - lowest.bit_length()]
    return row
