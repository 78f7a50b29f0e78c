"""Files of clinics, staff and timetables, taken in row by row. A library, not a service (K10).

A service that takes some tables of the file gives an `Imports` the rules of each (`Table`), and
includes `api.router`. What the library promises:

- One file goes to every door: each takes its own tables and ignores the others'.
- All rows are checked before the first is applied. One that is refused refuses the file, and the
  report names each of its errors, and every other row that has some.
- Then the rows are applied in pieces, a transaction each, by a timer: a process that is killed in
  the middle is followed by one that goes on with the next piece.
- The same file again changes nothing and says so. Nothing is ever removed for being in no row.
- Files are read by a process of its own, within bounds, and memory does not grow with them.

It refuses to know what a clinic is: that is for the rules.
"""
