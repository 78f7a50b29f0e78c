"""What answers about timetables and their changes look like."""
