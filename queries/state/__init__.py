"""What people write: the audit log and the acceptance of the licence."""
