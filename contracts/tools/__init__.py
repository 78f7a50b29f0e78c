"""What makes schemas, documents and pages of the contracts, and compares them with what stands.

Nobody who sends or hears events needs it: `python -m contracts.tools` is its only door.
"""
