"""The same tables by hand, as fast as they could be made: what the pipeline is measured against (README.md)."""
