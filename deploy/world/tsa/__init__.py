"""A local time-stamp authority that speaks RFC 3161 over HTTP: `python -m deploy.world.tsa`.

It stands in for an accredited one. Its clock is this machine's, its key a file, and nobody
outside trusts it; the protocol is the real one.
"""
