"""A person's settings: what there is, reading them from a TOML file, and changing that file without harm to the rest."""
