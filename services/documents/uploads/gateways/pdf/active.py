"""What a PDF may do besides showing pages: an allow-list, held against every object of the file.

Objects come from a real reader (qpdf), so it does not matter how they are packed, named or
escaped. Actions, annotations and addresses that are not on the lists are refused; so is everything
that carries a file or names one. It judges no fonts and no pictures.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pikepdf

from services.documents.uploads.errors import FileTooComplexError, PdfActiveContentError

MOST_OBJECTS = 200_000
"""Containers of one file: a tagged text of thirty pages has some ten thousand."""

_Check = Callable[[Any], str | None]

_SCRIPTS = "сценарии (JavaScript)"
_PROGRAMS = "запуск программ"
_FILES = "вложенные файлы"
_MEDIA = "мультимедиа"
_FORM = "динамическая форма (XFA)"
_SENDING = "отправка или загрузка данных формы"
_ELSEWHERE = "ссылки на файлы на компьютере или в сети"
_OTHER = "действия, которые нельзя проверить"

_ALLOWED_ACTIONS = frozenset({"/GoTo", "/URI"})
_ALLOWED_NAMED = frozenset({"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"})
_ALLOWED_ADDRESS = re.compile(
    rb"(?:(?:https?://|mailto:|tel:|www\.)[^\x00-\x20\\]*)?", re.IGNORECASE
)
_ALLOWED_ANNOTATIONS = frozenset(
    f"/{name}"
    for name in (
        *("Link", "Text", "FreeText", "Line", "Square", "Circle", "Polygon", "PolyLine", "Ink"),
        *("Highlight", "Underline", "Squiggly", "StrikeOut", "Stamp", "Caret", "Popup"),
        *("Widget", "PrinterMark", "Watermark", "Redact"),
    )
)

_ACTIONS: Mapping[str, str] = {
    "/JavaScript": _SCRIPTS,
    "/Rendition": _SCRIPTS,
    "/Launch": _PROGRAMS,
    "/GoToR": _ELSEWHERE,
    "/GoToE": _ELSEWHERE,
    "/SubmitForm": _SENDING,
    "/ImportData": _SENDING,
    "/Movie": _MEDIA,
    "/Sound": _MEDIA,
    "/RichMediaExecute": _MEDIA,
    "/GoTo3DView": _MEDIA,
}
_ANNOTATIONS: Mapping[str, str] = {
    "/FileAttachment": _FILES,
    "/Sound": _MEDIA,
    "/Movie": _MEDIA,
    "/Screen": _MEDIA,
    "/RichMedia": _MEDIA,
    "/3D": _MEDIA,
    "/PS": _PROGRAMS,  # a drawing written in PostScript
}
_TYPES: Mapping[str, str] = {"/EmbeddedFile": _FILES, "/Filespec": _ELSEWHERE}
_OF_STREAMS = frozenset({"/F", "/Ref", "/OPI"})
"""By these a stream names a file that its content is in."""
_PLATFORMS = ("/F", "/UF", "/DOS", "/Mac", "/Unix")


def refuse_active(pdf: pikepdf.Pdf) -> None:
    """Look at every object of a file.

    Raises:
        PdfActiveContentError: one does, carries or opens something that is not on the lists.
        FileTooComplexError: more than `MOST_OBJECTS`.
    """
    left: list[Any] = [pdf.trailer, *pdf.objects]
    seen = 0
    while left:
        found = left.pop()
        if isinstance(found, pikepdf.Array):
            inside = list(found)
        elif isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
            inside = _looked_at(found)
        else:
            continue
        seen += 1
        if seen > MOST_OBJECTS:
            raise FileTooComplexError
        # what is an object of its own comes by itself
        left += [
            value
            for value in inside
            if isinstance(value, pikepdf.Array | pikepdf.Dictionary) and not value.is_indirect
        ]


def _looked_at(container: pikepdf.Object) -> list[Any]:
    """The values of a dictionary, or of the dictionary of a stream, if nothing is wrong with it."""
    values = []
    for key, value in container.items():
        check = _CHECKS.get(key)
        what = check(value) if check is not None else None
        if what is None and key in _OF_STREAMS and isinstance(container, pikepdf.Stream):
            what = _ELSEWHERE
        if what is not None:
            raise PdfActiveContentError(what)
        values.append(value)
    return values


def _wrong_actions(value: Any) -> str | None:
    """An action, or several: whatever stands where actions are."""
    return next(filter(None, map(_wrong_action, _dictionaries(value))), None)


def _wrong_events(value: Any) -> str | None:
    """A dictionary of actions by what they answer to."""
    events = list(value.values()) if isinstance(value, pikepdf.Dictionary) else []
    return next(filter(None, map(_wrong_actions, events)), None)


def _wrong_annotations(value: Any) -> str | None:
    """What lies on a page."""
    return next(filter(None, map(_wrong_annotation, _dictionaries(value))), None)


def _dictionaries(value: Any) -> list[pikepdf.Object]:
    """The dictionary itself, or those of an array; whatever else stands there does nothing."""
    values = list(value) if isinstance(value, pikepdf.Array) else [value]
    return [found for found in values if isinstance(found, pikepdf.Dictionary | pikepdf.Stream)]


def _wrong_action(action: pikepdf.Object) -> str | None:
    """A dictionary where actions are; without `/S` it is something else and is not carried out."""
    kind = action.get("/S")
    if kind is None or _name(kind) in _ALLOWED_ACTIONS:
        return None
    if _name(kind) == "/Named" and _name(action.get("/N")) in _ALLOWED_NAMED:
        return None
    return _ACTIONS.get(_name(kind), _OTHER)


def _wrong_annotation(annotation: pikepdf.Object) -> str | None:
    kind = _name(annotation.get("/Subtype"))
    return None if kind in _ALLOWED_ANNOTATIONS else _ANNOTATIONS.get(kind, _OTHER)


def _wrong_address(value: Any) -> str | None:
    if not isinstance(value, pikepdf.String):
        return None
    return None if _ALLOWED_ADDRESS.fullmatch(bytes(value)) else _ELSEWHERE


def _wrong_files(value: Any) -> str | None:
    """The embedded files of a file specification, by platform."""
    carries = isinstance(value, pikepdf.Dictionary) and any(name in value for name in _PLATFORMS)
    return _FILES if carries else None


def _name(value: Any) -> str:
    return str(value) if isinstance(value, pikepdf.Name) else ""


def _always(what: str) -> _Check:
    return lambda _: what


_CHECKS: Mapping[str, _Check] = {
    "/A": _wrong_actions,
    "/PA": _wrong_actions,
    "/OpenAction": _wrong_actions,
    "/Next": _wrong_actions,
    "/AA": _wrong_events,
    "/Annots": _wrong_annotations,
    "/URI": _wrong_address,
    "/Base": _wrong_address,
    "/EF": _wrong_files,
    "/JS": lambda value: _SCRIPTS if isinstance(value, pikepdf.String) else None,
    "/S": lambda value: _ACTIONS.get(_name(value)),
    "/Subtype": lambda value: _ANNOTATIONS.get(_name(value)),
    "/Type": lambda value: _TYPES.get(_name(value)),
    "/JavaScript": _always(_SCRIPTS),
    "/EmbeddedFiles": _always(_FILES),
    "/EmbeddedFDFs": _always(_FILES),
    "/Renditions": _always(_MEDIA),
    "/AlternatePresentations": _always(_MEDIA),
    "/RichMediaContent": _always(_MEDIA),
    "/XFA": _always(_FORM),
    "/UF": _always(_ELSEWHERE),
}
"""What is asked of the value of a key, wherever the key stands."""
