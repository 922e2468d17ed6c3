"""The synthetic company: people, seats and events with known truth (no real person, no vendor call)."""
