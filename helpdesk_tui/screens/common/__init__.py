"""What every screen shares: actions, drafts, the live desk, help, the command line."""
