"""MongoDB: the client, deadlines of requests, stored answers, mapping of documents, pages."""
