"""Raw parquet to a prepared store. The only code that writes one."""
