"""What is measured: commands `python -m benchmarks.tasks.<name> …`, each of which prints a line of JSON."""
