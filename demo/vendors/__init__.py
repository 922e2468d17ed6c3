"""The vendors of the demo: each module or folder here has one, as ``VENDOR``."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import Any

from demo.vendor import DemoVendor


@cache
def all_vendors() -> tuple[DemoVendor[Any], ...]:
    """Every vendor, by name of its module."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__))
    return tuple(import_module(f"{__name__}.{name}").VENDOR for name in names)
