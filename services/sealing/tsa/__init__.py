"""RFC 3161 time-stamps: the messages in DER and a client over HTTP."""

from services.sealing.tsa.client import HttpTimestamps, timestamp_client
from services.sealing.tsa.messages import (
    Failure,
    TimestampRequest,
    TimestampToken,
    check_response,
    granted,
    parse_request,
    rejection,
    request,
    tst_info,
)

__all__ = [
    "Failure",
    "HttpTimestamps",
    "TimestampRequest",
    "TimestampToken",
    "check_response",
    "granted",
    "parse_request",
    "rejection",
    "request",
    "timestamp_client",
    "tst_info",
]
