"""What is told of the work: the journey's ids, spans, log lines, metrics."""
