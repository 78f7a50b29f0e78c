"""What is logged is bounded, whoever chose the values (O2)."""

from __future__ import annotations

import structlog

from services.chassis.telemetry.journey import Journey, travelling
from tests.support.spans import listening


def test_no_value_makes_a_line_of_a_megabyte() -> None:
    """Of a stuck record, a journey, an error: each is cut and says how long it was."""
    with listening() as said, travelling(Journey("c" * 2**20)):
        structlog.get_logger("x").error("stuck", error="e" * 2**20, count=3)
    assert len(said.stream.getvalue()) < 5_000
    (line,) = said.of("stuck")
    assert line["error"].endswith("(1048576 characters)")
    assert line["correlation_id"].startswith("ccc")
    assert line["count"] == 3
