"""What the Models and Languages pages draw."""
