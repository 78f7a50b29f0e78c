"""What uploads does outside MongoDB: looks into files."""
