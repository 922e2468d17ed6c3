"""Makes what readers see: audits the finished marts and switches to them, all tables at once."""
