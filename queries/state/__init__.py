"""What people write: the audit log, the acceptance of the licence, and changes of topics."""
