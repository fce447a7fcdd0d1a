"""Build stores from source files. No other package writes versions, except by calling this one."""
