"""Plans: what to run, in which order, and what is blocked, with reasons."""
