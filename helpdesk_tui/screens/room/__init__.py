"""The war room of an incident."""
