"""The demo desk: content and a pure generator. `generator.generate` makes it, `models` says what it is made of."""
