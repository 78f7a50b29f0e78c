"""The unit of work: transactions and aggregates, outbox, inbox, timers."""
