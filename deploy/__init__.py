"""Everything that puts the services somewhere: stacks, demo partners, gateway pages.

Nothing in `services/` or `contracts/` may import from here.
"""
