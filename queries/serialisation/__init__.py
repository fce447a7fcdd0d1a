"""Values in the form that other programs take: records, JSON, CSV."""
