"""What citizens are told of, and when: events become messages, at once or at their time."""
