"""HTTP: the citizen's certificates, and the public check for machines and people."""
