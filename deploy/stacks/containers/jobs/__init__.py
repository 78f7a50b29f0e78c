"""What a compose stack does once at each start: `python -m deploy.stacks.containers.jobs NAME`.

Doing it again changes nothing. Each job has the administrator's credentials of one server, which
no service has. Outside a demo a job refuses the passwords of the demo.
"""
