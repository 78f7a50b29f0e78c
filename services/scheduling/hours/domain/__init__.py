"""The rules of hours: what a timetable is, how one is checked, and which slots it makes."""
