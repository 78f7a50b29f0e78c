"""The words of the contracts in Russian: systems, events, and every field name once.

A field name means the same thing in every event, so one sentence per name is enough; a test holds
that no event or field goes without one, that no entry is left over and that none is given twice.
Schemas, the AsyncAPI document and the page take their descriptions from here. Knows nothing of
models or files.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping

from contracts.tools.glossary import (
    certificates,
    common,
    documents,
    identity,
    notifier,
    partners,
    rights,
    scheduling,
)
from contracts.tools.glossary.common import ATTRIBUTES, SYSTEMS, Words

__all__ = ["ATTRIBUTES", "EVENTS", "FIELDS", "PRODUCERS", "SYSTEMS", "Words"]

PRODUCERS = (identity, rights, certificates, scheduling, notifier, documents, partners)
EVENTS: Mapping[str, Words] = ChainMap(*(dict(p.EVENTS) for p in PRODUCERS))
FIELDS: Mapping[str, str] = ChainMap(*(dict(p.FIELDS) for p in (common, *PRODUCERS)))
