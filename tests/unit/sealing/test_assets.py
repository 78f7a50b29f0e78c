"""The vendored files are the ones that VENDORED.md names."""

from __future__ import annotations

import hashlib
import re

from deploy.tools.fonts import companion, companion_file
from services.sealing.fonts import ASSETS, Face


def test_every_vendored_file_has_its_hash_and_a_licence() -> None:
    listed = dict(
        re.findall(r"\| `([^`]+)` .*`([0-9a-f]{64})`", (ASSETS / "VENDORED.md").read_text())
    )
    made = {companion_file(face).name for face in Face}
    binary = {f.name for f in ASSETS.iterdir() if f.suffix in {".ttf", ".icc"}} - made
    assert listed.keys() == binary
    for name, digest in listed.items():
        assert hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() == digest
    assert len(list(ASSETS.glob("LICENSE-*.txt"))) == 3


def test_the_companion_of_pt_sans_is_what_is_made_of_it() -> None:
    for face in Face:
        assert companion_file(face).read_bytes() == companion(face)
