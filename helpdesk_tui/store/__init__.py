"""What the desk remembers: tables, journal, search and pages over one SQLite file."""
