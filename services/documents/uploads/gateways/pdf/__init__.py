"""PDF: read, held against allow-lists, measured. What is kept is written anew."""
