"""The state's guarantee of waiting times, watched: who has no time within it is told of (X13)."""
