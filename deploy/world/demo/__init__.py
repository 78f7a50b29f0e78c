"""`make demo`: plays a citizen, a doctor and a stranger against a running platform.

Everything goes over HTTP through the gateway, as their programs would; nothing is read from a
database or a log. Refuses to call a journey finished before an outsider's tools agree.
"""
