"""Two replicas of one service, as the cases of these alerts name them."""

from __future__ import annotations

BY = ("service",)
ONE = 'service="certificates",instance="a"'
TWO = 'service="certificates",instance="b"'
ITS = {"service": "certificates"}
