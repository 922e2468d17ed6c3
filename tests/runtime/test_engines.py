"""What every engine has to name."""

from __future__ import annotations

import pyarrow as pa
import pytest

from runtime.engines.portable import PORTABLE_TYPES, arrow_type, portable_type
from runtime.environment import ENGINES


@pytest.mark.parametrize("target", ENGINES)
def test_an_engine_names_every_portable_type(target: str) -> None:
    engine = ENGINES[target]
    assert engine.type_names.keys() == PORTABLE_TYPES
    assert all(arrow_type(portable) for portable in PORTABLE_TYPES)
    assert engine.type_name("decimal(12,4)") == "decimal(12,4)"
    with pytest.raises(KeyError):
        engine.type_name("geometry")


@pytest.mark.parametrize("target", ENGINES)
def test_what_an_engine_calls_a_type_is_read_back_as_that_type(target: str) -> None:
    """But for DuckDB's `numeric`: it has no type without bounds."""
    names = dict(ENGINES[target].type_names)
    if names["numeric"] != "numeric":
        assert portable_type(names.pop("numeric")) == "decimal(38,9)"
    assert {portable: portable_type(native) for portable, native in names.items()} == {
        portable: portable for portable in names
    }


def test_types_of_the_catalogues() -> None:
    assert portable_type("DECIMAL(18,3)") == "decimal(18,3)"
    assert portable_type("numeric(40,2)") == "numeric"  # Arrow's decimals have 38 digits at most
    assert portable_type("character varying(64)") == "string"
    assert portable_type("HUGEINT") == "decimal(38,0)"
    assert arrow_type("decimal(18,3)") == pa.decimal128(18, 3)
    with pytest.raises(KeyError):
        portable_type("json")
