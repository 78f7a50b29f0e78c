"""What a file is called: the header of its part, as browsers, mail programs and scripts write it.

It makes names readable, not safe: that is `clean_name` of the domain. It never refuses: a name
that nobody can read is shown as well as it can be.
"""

from __future__ import annotations

import binascii
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from urllib.parse import unquote_to_bytes

from services.chassis.foundation.text import tidied

_PARAMETER = re.compile(rb';\s*([^\s=;"]+)\s*=\s*(?:"((?:\\"|[^"])*)"|([^;]*))')
_EXTENDED = re.compile(rb"([\w.:-]*)'[^']*'(.*)", re.DOTALL)
_ENCODED_WORD = re.compile(r"=\?[\w.:*-]+\?[bBqQ]\?[^?]*\?=")
_CHARACTER_REFERENCE = re.compile(r"&#\d{1,7};")
_ESCAPED_BY_FORMS = {"%22": '"', "%20": " ", "%0D": " ", "%0A": " ", "%0d": " ", "%0a": " "}
_FRAGMENTS = 20
_CYRILLIC_CHARSETS = ("cp1251", "koi8-r", "cp866")
_FREQUENT = frozenset("оеаинтсрвлкмдпу")
_WESTERN_LETTERS = re.compile(r"[À-ÖØ-öø-ÿ]{3,}")
_WESTERN_WORD = re.compile(r"[A-Za-z][À-ÿ]|[À-ÿ][A-Za-z]")
_ENOUGH = 2  # letters that a wrong charset cannot have made by chance


@dataclass(frozen=True)
class Disposition:
    """What the header `Content-Disposition` of a part says; `file_name` is None for a field."""

    name: str | None
    file_name: str | None


def read_disposition(header: bytes) -> Disposition:
    """The names in a header, whatever encoded them: RFC 5987, 2231, 2047, 7578, HTML, raw bytes."""
    parameters = {
        found[1].lower(): found[3].strip() if found[2] is None else found[2].replace(b'\\"', b'"')
        for found in _PARAMETER.finditer(header)
    }
    name = parameters.get(b"name")
    return Disposition(_text(name) if name is not None else None, _file_name(parameters))


def _file_name(parameters: Mapping[bytes, bytes]) -> str | None:
    """`filename*` before `filename`, as RFC 6266 asks; None where there is neither."""
    plain, extended = parameters.get(b"filename"), parameters.get(b"filename*")
    fragments = [
        parameters.get(b"filename*%d*" % n, parameters.get(b"filename*%d" % n))
        for n in range(_FRAGMENTS)
    ]
    if extended is None and fragments[0] is not None:
        extended = b"".join(part for part in fragments if part is not None)
    if plain is None and extended is None:
        return None
    found = _extended(extended) if extended else ""
    return tidied(found or _plain(plain or b""))


def _extended(value: bytes) -> str:
    """RFC 5987: `charset'language'percent-encoded`."""
    parts = _EXTENDED.fullmatch(value)
    charset, encoded = (parts[1].decode(), parts[2]) if parts else ("", value)
    raw = unquote_to_bytes(encoded)
    try:
        return raw.decode(charset or "utf-8")
    except (LookupError, UnicodeError):
        return _text(raw)


def _plain(value: bytes) -> str:
    """A quoted name: encoded words, character references and percent signs undone."""
    name = _text(value)
    if _ENCODED_WORD.search(name):
        name = _encoded_words(name)
    name = _CHARACTER_REFERENCE.sub(lambda found: html.unescape(found[0]), name)
    for escaped, meant in _ESCAPED_BY_FORMS.items():
        name = name.replace(escaped, meant)
    name = _unquoted(name)
    return _without_surrogates(_read_rightly(name))


def _text(raw: bytes) -> str:
    """Bytes as text: UTF-8, or the Cyrillic charset that makes the most Russian of it."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        readings = [raw.decode(charset, "replace") for charset in _CYRILLIC_CHARSETS]
        return max(readings, key=_frequent_letters)


def _frequent_letters(text: str) -> int:
    return sum(letter in _FREQUENT for letter in text.casefold())


def _encoded_words(name: str) -> str:
    try:
        return str(make_header(decode_header(name)))
    except (HeaderParseError, LookupError, UnicodeError, binascii.Error, ValueError):
        return name


def _unquoted(name: str) -> str:
    """A percent-encoded name, if it is one: letters of UTF-8 come out."""
    try:
        found = unquote_to_bytes(name).decode()
    except UnicodeDecodeError:
        return name
    return found if not found.isascii() and name.isascii() else name


def _read_rightly(name: str) -> str:
    """A name that was read by the wrong charset on its way, read by the right one."""
    for wrong in ("latin-1", "cp1252", "cp1251"):
        try:
            found = name.encode(wrong).decode()
        except UnicodeError:
            continue
        if len(name) - len(found) >= _ENOUGH:
            return found
    if _WESTERN_LETTERS.search(name) and not _WESTERN_WORD.search(name):
        try:
            return name.encode("cp1252").decode("cp1251")
        except UnicodeError:
            return name
    return name


def _without_surrogates(name: str) -> str:
    return name.encode("utf-8", "replace").decode()
