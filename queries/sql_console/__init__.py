"""SQL that people write: one SELECT over documented views, in a process of its own, locked down."""
