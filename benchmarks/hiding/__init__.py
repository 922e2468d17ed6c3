"""How many second figures the masks hide, beside the fewest that would do."""
