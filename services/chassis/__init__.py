"""What every service stands on and none of it knows: transactions, events, timers, HTTP, health.

Promise: at-least-once delivery, exactly-once effects, order per aggregate. State, outgoing events,
the inbox record, due timers and the stored answer of a request commit in one MongoDB transaction.
Knows no service and no domain word.
"""
