"""What a service takes on, and how it says no: at once and with `Retry-After`, never by silence.

A request goes through three clocks. Its body must arrive at a steady pace (408). It waits for a
place, of which there are so many, in a short queue: whoever would wait too long is told so on
arrival (503 `overloaded`). A large body is read by the app itself, which holds no place while it
waits for the next part. From its place on, the answer must come in time (503 `took-too-long`,
see `deadline`). Sending the answer is the network's business: it holds no place and has no clock.

It never refuses health and metrics: they are how one sees that it refuses. It knows no routes.
"""

from services.chassis.http.limits.limited import ALWAYS_ANSWERED, Limited
from services.chassis.http.limits.permits import GoneError, Limits, OverloadedError, Permits

__all__ = ["ALWAYS_ANSWERED", "GoneError", "Limited", "Limits", "OverloadedError", "Permits"]
