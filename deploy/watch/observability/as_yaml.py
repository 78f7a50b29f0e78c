"""YAML as people read it: in the order of the code, each text on one line, nothing by reference."""

from __future__ import annotations

import math
from typing import Any

import yaml


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the library's signature
        return True


def document(value: Any, head: str) -> str:
    """A whole file with a comment on its first line."""
    text = yaml.dump(value, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=math.inf)
    return f"# {head}\n{text}"
