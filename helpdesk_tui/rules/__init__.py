"""Pure decisions: each returns what it decided with its reasons, and knows neither clock nor store."""
