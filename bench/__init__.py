"""How fast the desk is, told against what the same work costs without it. `python -m bench --help`."""
