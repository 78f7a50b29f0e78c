"""HTTP: the citizen's certificates, revocation, and the public check for programs and people."""
