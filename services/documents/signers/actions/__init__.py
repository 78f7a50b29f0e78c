"""Who signs, and what is written down of it: asked by sealing."""
