"""What people change often, changed while the console runs."""
