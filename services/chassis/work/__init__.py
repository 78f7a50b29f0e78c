"""The unit of work: transactions, outbox, inbox, timers."""
