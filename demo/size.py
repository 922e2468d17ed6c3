"""The company of `make demo`: what changed in 14 weeks can be told, and it takes three minutes on two cores."""

PEOPLE = 600
WEEKS = 20
SEED = 7
