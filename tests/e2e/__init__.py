"""Tests of the whole platform. A package, so that its platform ends with it (see `conftest`)."""
