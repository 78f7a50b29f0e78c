"""An uploaded file as rows: in a process of its own, with bounds, and nothing of ours imported.

`worker` reads the file from its input and writes a line of JSON for each row. What it meets is
somebody's file: it may be a bomb, so the process has limits of memory and of processor time, and
its parent only ever believes a line.
"""
