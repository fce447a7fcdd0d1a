"""A value of every type of DuckDB, and what DuckDB itself makes of it."""

import duckdb

VALUES = {
    "tinyint": "(-128)::tinyint",
    "ubigint": "18446744073709551615::ubigint",
    "hugeint": "170141183460469231731687303715884105727::hugeint",
    "least_hugeint": "(-170141183460469231731687303715884105728)::hugeint",
    "uhugeint": "340282366920938463463374607431768211455::uhugeint",
    "bignum": "'-123456789012345678901234567890123456789012345'::bignum",
    "sum": "(select sum(i) from range(4) t(i))",
    "decimal": "1.50",
    "long_decimal": "12345678901234567890.123456789012345678::decimal(38,18)",
    "float": "0.1::float",
    "double": "1e300",
    "negative_zero": "-0.0::double",
    "nan": "'nan'::double",
    "infinity": "'-inf'::float",
    "boolean": "true",
    "date": "date '2020-01-02'",
    "far_date": "date '290000-01-01'",
    "date_bc": "date '0044-03-15 (BC)'",
    "infinite_date": "'infinity'::date",
    "timestamp": "timestamp '2020-01-01 10:11:12.123456'",
    "timestamp_s": "'2020-01-01 10:11:12'::timestamp_s",
    "infinite_timestamp_s": "'infinity'::timestamp_s",
    "timestamp_ms": "'2020-01-01 10:11:12.123'::timestamp_ms",
    "timestamp_ns": "'2020-01-01 10:11:12.123456789'::timestamp_ns",
    "infinite_timestamp_ns": "'infinity'::timestamp_ns",
    "infinite_timestamp": "'-infinity'::timestamp",
    "far_timestamp": "timestamp '290000-01-01 10:00:00'",
    "timestamptz": "timestamptz '2020-01-01 10:11:12+02'",
    "infinite_timestamptz": "'infinity'::timestamptz",
    "time": "time '10:11:12.5'",
    "time_24": "time '24:00:00'",
    "time_ns": "'10:11:12.123456789'::time_ns",
    "timetz": "'10:11:12+05:30'::timetz",
    "interval": "interval '1 month 2 days 3 hours'",
    "negative_interval": "interval '-1 hour'",
    "blob": "'\\xAA\\x00b'::blob",
    "bit": "'0101'::bit",
    "uuid": "'6f9619ff-8b86-d011-b42d-00c04fc964ff'::uuid",
    "enum": "'a'::enum('a', 'b')",
    "varchar": "'a,\"b\n=1'",
    "empty": "''",
    "null_byte": "'a' || chr(0) || 'b'",
    "json": "'{\"a\": [1, null]}'::json",
    "union": "union_value(k := 1)",
    "variant": "42::variant",
    "null": "null",
}
"""SQL expressions by a name for the value."""

NUMBERS = (
    *("tinyint", "ubigint", "hugeint", "least_hugeint", "uhugeint", "bignum", "sum"),
    *("decimal", "long_decimal", "float", "double", "negative_zero"),
)
"""The values that are finite numbers."""

EVERY_VALUE = "select " + ", ".join(f'{sql} as "{name}"' for name, sql in VALUES.items())
"""One row with every value."""


def duckdb_texts() -> dict[str, str | None]:
    """Every value as DuckDB casts it to text, in UTC."""
    columns = ", ".join(f"cast({sql} as varchar)" for sql in VALUES.values())
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        (row,) = connection.execute(f"select {columns}").fetchall()
    return dict(zip(VALUES, row, strict=True))


def parquet_texts(path: str) -> dict[str, str | None]:
    """The only row of a parquet file as DuckDB reads it and casts it to text, in UTC."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        rows = connection.sql(
            "select cast(columns(*) as varchar) from read_parquet(?)", params=[path]
        )
        (row,) = rows.fetchall()
        return dict(zip(rows.columns, row, strict=True))
