"""An attack on what is published: what can a reader compute about one to four people?

The attacker (`published`, `knowledge`, `usage`, `licences`, `program`) sees published files alone and imports
nothing of the product: its relations are written from docs/metrics.md, its linear program is its own. Only the
`judge` looks into the private warehouse afterwards, and says which of the attacker's bounds are true ones about
few people. A bound that needs somebody to have stayed in a unit who left it within the month is a guess, and
not counted. By hand, with any company: `python -m tests.attack --people 60 --weeks 8 --seeds 1 2 11`.
"""
