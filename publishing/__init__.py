"""Makes what readers see: assembles and audits the next version, closes final periods, switches all at once."""
