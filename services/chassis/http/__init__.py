"""HTTP: middleware, problems, tokens, pages, limits, health."""
