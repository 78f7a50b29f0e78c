"""What everything else stands on: errors, settings, faults, tasks, text. Knows no other room."""
