"""Alerts: what is wrong, who was told, and by which channel."""
