"""MongoDB: the client, deadlines of requests, stored answers of idempotent requests."""
