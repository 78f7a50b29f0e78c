"""How fine the scans on the pages of a PDF are, measured as they are drawn.

Every picture counts with the matrix that it is drawn by: turned, in a form, in strips, inline, with
a mask finer than itself. What is not drawn by the page's own content (annotations, patterns) and
what another layer hides is not looked at.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pikepdf

from services.documents.uploads.errors import FileTooComplexError
from services.documents.uploads.gateways.jpeg import Size
from services.documents.uploads.gateways.pdf.pictures import size_in_header
from services.documents.uploads.gateways.resolution import scale_of_page

MOST_WORK = 32 * 1024 * 1024
"""For one file: bytes of unpacked drawing operators, and what drawing a picture or a form costs."""

_PICTURE_COSTS = 1024
"""A page of A4 in strips of eight rows is five hundred pictures."""
_FORM_COSTS = 8192

_POINTS_PER_INCH = 72
_DEEPEST = 12
_SMALLEST_SCAN = 0.05  # of the page: a plastic card on A4 is 0.07, logos are less
_SCAN_AMONG_TEXT = 0.5  # of the page: a picture in a letter is no scan
_MOSTLY = 0.5  # of what is scanned
_DRAWING = "q Q cm Do BI ID EI Tr Tj TJ ' \""
_TEXT = frozenset({"Tj", "TJ", "'", '"'})
_INVISIBLE = 3

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class _Picture:
    across: int
    down: int
    matrix: Matrix

    def dots_per_unit(self) -> float:
        """The lower one of both directions, along the picture's own sides."""
        a, b, c, d, _, _ = self.matrix
        wide, high = math.hypot(a, b), math.hypot(c, d)
        return min(self.across / wide, self.down / high) if wide and high else 0.0

    def area_on(self, page: Box) -> float:
        """How much of the page it covers."""
        a, b, c, d, e, f = self.matrix
        left, bottom = e + min(0, a) + min(0, c), f + min(0, b) + min(0, d)
        right, top = e + max(0, a) + max(0, c), f + max(0, b) + max(0, d)
        whole = (right - left) * (top - bottom)
        wide = min(right, page[2]) - max(left, page[0])
        high = min(top, page[3]) - max(bottom, page[1])
        if whole <= 0 or wide <= 0 or high <= 0:
            return 0.0
        return abs(a * d - b * c) * wide * high / whole


def dpi_of_pages(pdf: pikepdf.Pdf) -> int | None:
    """The lowest resolution of all pages; None where a page has no scan.

    Raises:
        FileTooComplexError: more than `MOST_WORK`.
    """
    budget = _Budget()
    measured = [_dpi_of_page(pdf, page, budget) for page in pdf.pages]
    scans = [dpi for dpi in measured if dpi is not None]
    return min(scans) if scans and len(scans) == len(measured) else None


def _dpi_of_page(pdf: pikepdf.Pdf, page: pikepdf.Page, budget: _Budget) -> int | None:
    """The resolution that most of what is scanned has; of layers over each other the finest."""
    unit = _number(page.obj.get("/UserUnit"), 1.0) / _POINTS_PER_INCH
    box = _box(page)
    wide, high = box[2] - box[0], box[3] - box[1]
    if unit <= 0 or wide <= 0 or high <= 0:
        return None
    drawn = _Drawn(pdf, budget)
    drawn.read(page, page.obj.get("/Resources"), _IDENTITY, 0)
    parts = [(p.dots_per_unit(), p.area_on(box) / (wide * high)) for p in drawn.pictures]
    covered = min(1.0, sum(share for _, share in parts))
    if covered < (_SCAN_AMONG_TEXT if drawn.text else _SMALLEST_SCAN):
        return None
    paper = scale_of_page(wide * unit, high * unit)
    return max(1, round(_of_most(parts, covered) / unit * paper))


def _of_most(parts: list[tuple[float, float]], covered: float) -> float:
    together = 0.0
    for dots, share in sorted(parts, reverse=True):
        together += share
        if together >= covered * _MOSTLY:
            return dots
    return 0.0


def _box(page: pikepdf.Page) -> Box:
    """What is shown of the page: its crop box within its media box."""
    corners = []
    for box in (page.mediabox, page.cropbox):
        one, two, three, four = (_number(value, 0.0) for value in box)
        corners.append((min(one, three), min(two, four), max(one, three), max(two, four)))
    media, crop = corners
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    return left, bottom, right, top


@dataclass(frozen=True)
class _State:
    """Where things are drawn, and whether text is seen there (the text of an OCR is not)."""

    matrix: Matrix
    invisible: bool = False

    def after(self, operator: str, operands: Any) -> _State:
        if operator == "cm":
            return replace(self, matrix=_times(_matrix(operands), self.matrix))
        if operator == "Tr" and operands:
            return replace(self, invisible=operands[0] == _INVISIBLE)
        return self


class _Budget:
    """What is left of `MOST_WORK` for the rest of the file."""

    def __init__(self) -> None:
        self._left = MOST_WORK

    def take(self, work: int) -> None:
        self._left -= work
        if self._left < 0:
            raise FileTooComplexError


class _Drawn:
    """The pictures that a content stream draws, and whether it writes text that can be seen."""

    def __init__(self, pdf: pikepdf.Pdf, budget: _Budget) -> None:
        self._pdf = pdf
        self.pictures: list[_Picture] = []
        self.text = False
        self._budget = budget
        self._sizes: dict[tuple[int, int], Size] = {}

    def read(self, content: Any, resources: Any, matrix: Matrix, depth: int) -> None:
        """Follow a page or a form, and the forms in it."""
        self._budget.take(sum(len(stream.read_bytes()) for stream in _streams(content)))
        state, stack = _State(matrix), []
        for step in pikepdf.parse_content_stream(content, _DRAWING):
            operator, operands = str(step.operator), step.operands
            if operator == "q":
                stack.append(state)
            elif operator == "Q":
                state = stack.pop() if stack else state
            elif operator in _TEXT:
                self.text = self.text or not state.invisible
            elif isinstance(step, pikepdf.ContentStreamInlineImage):
                self._budget.take(_PICTURE_COSTS)
                inline = step.iimage
                size = _size(self._pdf, inline.obj, inline.read_raw_bytes)
                self.pictures.append(_Picture(*size, state.matrix))
            elif operator == "Do" and operands:
                self._draw(operands[0], resources, state.matrix, depth)
            else:
                state = state.after(operator, operands)

    def _draw(self, name: Any, resources: Any, matrix: Matrix, depth: int) -> None:
        self._budget.take(_PICTURE_COSTS)
        known = resources.get("/XObject") if isinstance(resources, pikepdf.Dictionary) else None
        thing = known.get(str(name)) if isinstance(known, pikepdf.Dictionary) else None
        if not isinstance(thing, pikepdf.Stream):
            return
        kind = thing.get("/Subtype")
        if kind == pikepdf.Name.Image:
            if thing.objgen not in self._sizes:
                self._sizes[thing.objgen] = _pixels(self._pdf, thing)
            self.pictures.append(_Picture(*self._sizes[thing.objgen], matrix))
        elif kind == pikepdf.Name.Form and depth < _DEEPEST:
            self._budget.take(_FORM_COSTS)
            inside = _times(_matrix(thing.get("/Matrix")), matrix)
            self.read(thing, thing.get("/Resources", resources), inside, depth + 1)


def _streams(content: Any) -> Iterator[pikepdf.Stream]:
    """The streams of a page's content, or the form itself."""
    inside = content.obj.get("/Contents") if isinstance(content, pikepdf.Page) else content
    parts = list(inside) if isinstance(inside, pikepdf.Array) else [inside]
    return (part for part in parts if isinstance(part, pikepdf.Stream))


def _pixels(pdf: pikepdf.Pdf, image: pikepdf.Stream) -> Size:
    """Of the picture, or of its mask where that is finer: text is often in the mask alone."""
    layers = [image, image.get("/SMask"), image.get("/Mask")]
    streams = [layer for layer in layers if isinstance(layer, pikepdf.Stream)]
    sizes = [_size(pdf, layer, layer.read_raw_bytes) for layer in streams]
    return max(sizes, key=math.prod)


def _size(pdf: pikepdf.Pdf, layer: pikepdf.Object, data: Callable[[], bytes]) -> Size:
    """What it says of itself; a JPEG or JPEG 2000 has a header of its own, which is believed."""
    across, down = (int(_number(layer.get(key), 0)) for key in ("/Width", "/Height"))
    own = size_in_header(pdf, layer, data)
    return (across, down) if own is None else (min(across, own[0]), min(down, own[1]))


def _matrix(values: Any) -> Matrix:
    """Six numbers; what is none leaves everything where it is."""
    found = list(values) if values is not None and not isinstance(values, str | int) else []
    if len(found) != len(_IDENTITY):
        return _IDENTITY
    a, b, c, d, e, f = (_number(value, math.nan) for value in found)
    return (a, b, c, d, e, f) if math.isfinite(a + b + c + d + e + f) else _IDENTITY


def _times(one: Matrix, two: Matrix) -> Matrix:
    """First `one`, then `two`."""
    a, b, c, d, e, f = one
    g, h, i, j, k, m = two
    return (
        *(a * g + b * i, a * h + b * j),
        *(c * g + d * i, c * h + d * j),
        *(e * g + f * i + k, e * h + f * j + m),
    )


def _number(value: Any, otherwise: float) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return otherwise
