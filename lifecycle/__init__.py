"""Life cycle of personal data: erasing a person, and keeping rows no longer than promised."""
