"""The audit by linear programming: what all published sums together say about a hidden figure.

See docs/decisions/0013-linear-audit.md for what is protected, how far, and what a reader is taken to know.
`audit` and `hiding` are pure; `memory` reads and writes the warehouse; `gate` is what publishing calls.
"""
