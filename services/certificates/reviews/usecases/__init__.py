"""The verbs of the doctor: the queue and its claims, and the decisions."""
