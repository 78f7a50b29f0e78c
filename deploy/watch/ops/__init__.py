"""What people on call and citizens see of the platform's health: `/ops` and `/status`.

Asks every replica of every service how it is, keeps an hour of answers in memory, and keeps the
operators' notices and the changes of state in a file of its own. It owns no data of citizens,
stands on nothing but itself (no MongoDB, no Kafka, no Prometheus), and refuses to act on what it
sees: it restarts nothing and calls nobody.
"""
