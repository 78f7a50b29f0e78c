"""Whether the program in this container answers: the health check of the image.

`healthcheck.py [PATH]`: `/healthz` unless told otherwise, on port 8000. Standard library only,
since it runs every few seconds beside a service.
"""

import http.client
import sys

_OK = 200

path = sys.argv[1] if len(sys.argv) > 1 else "/healthz"
connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=9)
try:
    connection.request("GET", path)
    answer = connection.getresponse()
except OSError as error:
    sys.exit(f"{path}: {error}")
if answer.status != _OK:
    sys.exit(f"{path}: {answer.status} {answer.read(300).decode(errors='replace')}")
