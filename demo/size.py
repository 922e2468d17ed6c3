"""The company of `make demo`: long enough to tell what changed in 14 weeks, and no longer."""

PEOPLE = 600
WEEKS = 20
SEED = 7
