"""The work itself: what each service does for people, in its own words."""

from __future__ import annotations

from collections.abc import Mapping

from deploy.watch.observability.panels.model import Panel, section
from deploy.watch.observability.panels.work import (
    certificates,
    documents,
    identity,
    notifier,
    scheduling,
)

_HEADING = "Своя работа"

WORK: Mapping[str, tuple[Panel, ...]] = {
    "identity": section(_HEADING, identity.PANELS),
    "certificates": section(_HEADING, certificates.PANELS),
    "documents": section(_HEADING, documents.PANELS),
    "scheduling": section(_HEADING, scheduling.PANELS),
    "notifier": section(_HEADING, notifier.PANELS),
}
