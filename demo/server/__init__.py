"""A local server that speaks the vendors' APIs from the synthetic company."""

from demo.server.clock import Clock
from demo.server.faults import Faults
from demo.server.settings import Behaviour, RateLimit
from demo.server.vendor_server import VendorServer

__all__ = ["Behaviour", "Clock", "Faults", "RateLimit", "VendorServer"]
