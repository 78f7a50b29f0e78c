"""The event contracts of «Моё здоровье»: the one thing other systems depend on.

One module per producing system holds its events as Pydantic models; `envelope` wraps them as
CloudEvents 1.0; `topics` says who produces and who hears what. Knows nothing of the services and
imports nothing of them.
"""
