"""What is written from kits and contracts: `python -m orchestration.kits`, checked by `make lint`."""
