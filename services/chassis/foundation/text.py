"""What people type and paste, in the one form that is compared, stored and printed.

A function a kind of field. None of them refuses anything: what a field may hold is its owner's
rule, told about the tidied text. Every function gives its own result back unchanged, so a text
may pass through any number of doors.

Bound a text before it comes here: Unicode's normalisation takes quadratic time for a long run of
combining marks (`services.chassis.foundation.typed` does).
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote, urlsplit

from services.chassis.foundation.printable import unprintable

# Where such characters are: the first plane, and the tags of the last one in use.
_CODES = (*range(0x10000), *range(0xE0000, 0xE0200))
# What shows nothing and says nothing outside the scripts that need it: beside the format
# characters (soft hyphen, zero width, direction, byte order mark) the fillers and selectors.
_INVISIBLE = {
    *(0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x3164, 0xFFA0),
    *range(0xFE00, 0xFE10),
    *range(0xE0100, 0xE0200),
}
_BLANK = {0x2800}  # an empty braille cell: no space by its category, and one to the eye
_NEWLINE = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
# Word's own marks: its non-breaking hyphen, and its place to break a word
_WORD = {0x1E: "-", 0x1F: None}
# what a PDF gives for two letters, and no font of ours has
_LIGATURES = {c: unicodedata.normalize("NFKC", chr(c)) for c in range(0xFB00, 0xFB07)}

_DASHES = {
    *(code for code in _CODES if unicodedata.category(chr(code)) == "Pd"),
    *(0x02D7, 0x2043, 0x207B, 0x208B, 0x2212, 0x2796),  # minus signs and hyphens of other kinds
}
_DASH = dict.fromkeys(_DASHES, "-")
_APOSTROPHES = dict.fromkeys(map(ord, "`´ʹʻʼʽˈˊˋ‘’‛′‵＇"), "'")
_NAMED = 10  # letters in one sentence
_SEPARATORS = re.compile(r"[\s.,/№#-]+")
_NUMBER_SIGN = re.compile(r"^(?:N[oо]?[º°]?)+(?=\d)", re.IGNORECASE)
_TEL = re.compile(r"^(?:\s*tel:/*)+\s*", re.IGNORECASE)
# how the number of a document is written, the surest form first
_PRINTED = [
    re.compile(rf"(?<![\w-])(?=\D{{0,3}}\d)\w{{4}}(?:{gap}\w{{4}}){{2}}(?![\w-])")
    for gap in (" ?- ?", " ", "")
]
_TAIL = re.compile(r"\s+от\s.*", re.IGNORECASE)


def _table() -> dict[int, str | None]:
    """What happens to single characters: most of the spaces and of what cannot be seen."""
    table: dict[int, str | None] = dict.fromkeys(_INVISIBLE)
    table |= dict.fromkeys(_BLANK, " ")
    for code in _CODES:
        category = unicodedata.category(chr(code))
        if category == "Cf":
            table[code] = None
        elif category == "Zs" or code in (0x09, 0x1C, 0x1D):
            table[code] = " "
    return table | _WORD | _LIGATURES


_TIDIED = _table()


def tidied(text: str) -> str:
    r"""NFC, each space a plain space, each line end a newline, nothing that cannot be seen.

    Control characters that mean no space stay, to be refused by name: `10\x9620` was a range
    once, and taking the character out would make another number of it.
    """
    if text.isascii() and text.isprintable():  # most of what comes
        return text
    return unicodedata.normalize("NFC", _NEWLINE.sub("\n", text).translate(_TIDIED))


def line(text: str) -> str:
    """One line: white space of any kind and length is one space, none around."""
    return " ".join(tidied(text).split())


def prose(text: str) -> str:
    """Free text: lines and paragraphs stay, without space at their ends or more than one gap."""
    lines = "\n".join(part.strip(" ") for part in tidied(text).split("\n"))
    return re.sub("\n{3,}", "\n\n", lines).strip()


def hyphens(text: str) -> str:
    """Dashes of any kind as the hyphen of the keyboard, for fields that mean one."""
    return text.translate(_DASH)


def control_characters(text: str) -> str:
    """The different control characters of a tidied text; a newline is none."""
    if text.isprintable():
        return ""
    found = (c for c in text if c != "\n" and unicodedata.category(c) == "Cc")
    return "".join(dict.fromkeys(found))


def named(letters: str) -> str:
    """Letters in a sentence: «清», «华», U+0000 – by number where the eye sees nothing."""
    shown = [f"«{c}»" if c.isprintable() and not unicodedata.combining(c) else f"U+{ord(c):04X}"
             for c in letters[:_NAMED]]  # fmt: skip
    return ", ".join(shown) + (" и другие" if len(letters) > _NAMED else "")


def unprintable_detail(text: str) -> str | None:
    """What to tell whoever typed a text that no document can show; None where all of it can be."""
    letters = unprintable(text)
    return f"Эти знаки нельзя напечатать: {named(letters)}. Замените их." if letters else None


def ascii_digits(text: str) -> str:
    """Decimal digits of any script by their value: `６４` and `٦٤` are `64`."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def name(text: str) -> str:
    """A person's name: one hyphen, no space around it, one apostrophe; the letters as they are."""
    text = hyphens(line(text)).translate(_APOSTROPHES)
    return re.sub(r"\s*-\s*", "-", re.sub(r"\s*'\s*", "'", text))


def number(text: str) -> str:
    """A number whose separators mean nothing: `№ 112—233—445 95` is `11223344595`.

    What is neither digit nor separator stays, to be refused.
    """
    text = _SEPARATORS.sub("", hyphens(ascii_digits(tidied(text))))
    return _NUMBER_SIGN.sub("", text)


def code(text: str) -> str:
    """A one-time code as it is compared: ` 646–501.` is `646501`; digits of any script count."""
    return number(text)


def phone(text: str) -> str:
    """A phone number for a parser: no marks of a contact list, no `tel:`, plain `+` and digits."""
    text = hyphens(ascii_digits(tidied(text))).replace("＋", "+").replace(".", " ")
    return line(_TEL.sub("", text))


def printed_number(text: str) -> str:
    """The number of a document out of what is printed or linked, upper case, no separators.

    Takes the number, the printed line («№ 263K-M65Q-36CC от 27.11.2026»), a sentence with the
    number in it, or the address of a page that ends with it. What is none of that comes back
    without its separators, to be refused.
    """
    text = hyphens(ascii_digits(line(text)))
    if "/" in text or "?" in text:
        text = _from_address(text)
    found = next(filter(None, (form.search(text) for form in _PRINTED)), None)
    text = found[0] if found else _TAIL.sub("", text.rpartition("№")[2])
    return re.sub(r"[\W_]", "", text).upper()


def _from_address(text: str) -> str:
    """The last part of a path, or what a form put behind the question mark as `number`."""
    try:
        parts = urlsplit(text)
    except ValueError:  # a bracket that looks like the beginning of an IPv6 host
        return text
    asked = re.search(r"(?:^|&)number=([^&]+)", parts.query)
    last = asked[1] if asked else parts.path.rstrip("/. ").rpartition("/")[2]
    return hyphens(ascii_digits(line(unquote(last.replace("+", " ")))))
