"""`make journey ID=…`: the path of one request, application or event through all services.

Made from the structured log lines alone (services/chassis/telemetry/steps.py): it asks no server,
so it works on yesterday's logs of another machine. It changes nothing and guesses nothing: what is
not in the lines is said to be missing.
"""
