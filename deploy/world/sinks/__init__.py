"""The providers at the far end of the notifier, played for demos and tests.

An SMS centre and a push service over signed HTTP, and an SMTP server: each accepts, keeps and
shows, like the real ones, once per idempotency key. Nothing is ever sent on to anybody. It refuses
to know who sends and why.
"""
