"""An invented company of any size in the vendors' own formats, from a seed: the benchmark's only input."""
