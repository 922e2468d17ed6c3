"""Another engine's SQL in DuckDB's words, by sqlglot; and where the translator itself is wrong.

Every correction here is one of the translator, not of a model, and `test_translator.py` proves each.
"""

from __future__ import annotations

from sqlglot import ErrorLevel, exp, parse

HUGEINT = exp.DataType.build("hugeint", dialect="duckdb")
NUMERIC = exp.DataType.build("decimal(38, 9)", dialect="duckdb")


def to_duckdb(sql: str, dialect: str) -> list[str]:
    """The statements of a script. Names lose their database: here, one file holds everything.

    Raises:
        sqlglot.errors.SqlglotError: the dialect has no such syntax, or DuckDB has no word for it.
    """
    statements = [tree for tree in parse(sql, read=dialect) if tree is not None]
    for tree in statements:
        for table in tree.find_all(exp.Table):
            table.set("catalog", None)
        if dialect == "bigquery":
            correct_bigquery_numbers(tree)
    return [tree.sql("duckdb", unsupported_level=ErrorLevel.RAISE) for tree in statements]


def correct_bigquery_numbers(tree: exp.Expression) -> None:
    """BigQuery's NUMERIC has 38 digits, 9 of them decimals; the translator makes it DuckDB's decimal(18, 3).

    DuckDB has no number of 76 digits. Our only BIGNUMERIC is a product of whole numbers, which a hugeint holds.
    """
    for kind in list(tree.find_all(exp.DataType)):
        if kind.this == exp.DataType.Type.BIGDECIMAL:
            kind.replace(HUGEINT.copy())
        elif kind.this == exp.DataType.Type.DECIMAL and not kind.expressions:
            kind.replace(NUMERIC.copy())
