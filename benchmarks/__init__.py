"""The benchmark: data of its own, a hand-written baseline, and what compares the two (README.md)."""
