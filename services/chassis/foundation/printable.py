"""What a sealed document can show: every letter of its fonts, and no other.

The set is written out here so that a service can refuse a letter in a draft without knowing the
fonts; `tests/unit/sealing/test_printable.py` compares it with the font files.
"""

from __future__ import annotations

import unicodedata
from itertools import pairwise

# hexadecimal code points, first-last: letters of Latin, Cyrillic, Greek, Armenian and Georgian,
# their combining marks, digits, punctuation and signs of PT Sans and DejaVu Sans
_RANGES = """
20-7E A0-AC AE-2AF 2BC 2C2-2C7 2D2-2DF 2E5-2E9 2ED 2F3 2F7 300-30F 323-331 370-373 375-377 37A-37D
37F 384-386 388-38A 38C 38E-3A1 3A3-3E1 3F0-482 48A-527 52E-52F 531-556 559-55F 561-587 589-58A
606-607 609-60A 60C 66A 7F8-7F9 E3F 10A0-10C5 10D0-10FB 166E 169B-169C 1D00-1D14 1D16-1D23
1D26-1D2B 1D62-1D6A 1D77 1D7B 1D7D 1D85 1E00-1EFB 1F00-1F15 1F18-1F1D 1F20-1F45 1F48-1F4D
1F50-1F57 1F59 1F5B 1F5D 1F5F-1F70 1F72 1F74 1F76 1F78 1F7A 1F7C 1F80-1FB4 1FB6-1FBA 1FBC-1FBD
1FBF-1FC4 1FC6-1FC8 1FCA 1FCC-1FD2 1FD6-1FDA 1FDD-1FE2 1FE4-1FEA 1FEC-1FED 1FF2-1FF4 1FF6-1FF8
1FFA 1FFC 1FFE 2010-2027 2030-205E 2070 2074-207E 2080-208E 2090-209C 20A0-20B5 20B8-20BA 20BD
2100-2101 2103-2106 2108-2109 2113-2114 2116-2118 211E-2123 2125-2127 2129 212E 213A-213B
2140-2144 214B 2150-2182 2184-2185 2189 2190-2311 2318-2319 231C-2321 2324-2328 232B-232C
2373-2375 237A 237D 2387 2394 239B-23AE 23CE-23CF 23E3 23E5 23E8 2422-2423 2460-2469 2500-269C
269E-26B8 26C0-26C3 26E2 2701-2704 2706-2709 270C-2727 2729-274B 274D 274F-2752 2756 2758-275E
2761-2794 2798-27AF 27B1-27BE 27C5-27C6 27E0 27E6-27EB 27F0-27FF 2C60-2C77 2C79-2C7C 2C7E-2C7F
2D00-2D25 A644-A647 A64C-A64D A650-A651 A654-A657 A662-A66E A68A-A68D A694-A695 A698-A699
A722-A72B A730-A741 A746-A74B A74E-A753 A756-A757 A764-A767 A780-A783 A78B-A78E A790-A791
A7A0-A7AA A7FA-A7FF FB13-FB17
"""


def _characters(ranges: str) -> frozenset[str]:
    bounds = [[int(end, 16) for end in run.split("-")] for run in ranges.split()]
    return frozenset(chr(code) for run in bounds for code in range(run[0], run[-1] + 1))


PRINTABLE = _characters(_RANGES)
_WITH_LINES = PRINTABLE | {"\n"}
_MARKS = frozenset(c for c in PRINTABLE if unicodedata.combining(c))


def unprintable(text: str) -> str:
    """The different characters of `text` (NFC) that no document can show, in their order.

    Newlines are allowed. A combining mark is printable above a letter only: above a digit or a
    sign it would draw that from another typeface.
    """
    refused: list[str] = []
    if not _WITH_LINES.issuperset(text):
        refused += [c for c in text if c not in _WITH_LINES]
    if not _MARKS.isdisjoint(text):
        pairs = pairwise(f" {text}")
        refused += [c for before, c in pairs if c in _MARKS and not _carries_a_mark(before)]
    return "".join(dict.fromkeys(refused))


def _carries_a_mark(char: str) -> bool:
    return unicodedata.category(char)[0] in "LM"
