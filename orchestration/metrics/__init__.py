"""What follows from the registry of measures and ratios: macros, parts of property files and of pages."""
