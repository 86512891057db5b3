"""What the project checks and builds itself with. Nothing here is part of the installed program."""
