"""What sealed documents need outside MongoDB: keys, certificates, time-stamps."""
