"""Source files that are not parquet, written as parquet once so that `prepare` can read them."""
