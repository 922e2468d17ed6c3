"""One folder a vendor, all of one shape: `records.py` (row contracts), `__init__.py` (settings, extract)."""
