"""Uploads: taken after inspection, shown to their owner and to the doctor whose review has them."""
