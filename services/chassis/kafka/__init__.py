"""Kafka: one consumer and one relay a service, dead letters. FastStream stays in here."""
