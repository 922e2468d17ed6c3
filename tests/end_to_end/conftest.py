"""The worlds that tests of whole nights start from."""

from tests.worlds.fixtures import first_night, own_world, refreshed, two_nights

__all__ = ["first_night", "own_world", "refreshed", "two_nights"]
