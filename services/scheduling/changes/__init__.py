"""Changes of timetables, and what becomes of the visits that are in their way."""
