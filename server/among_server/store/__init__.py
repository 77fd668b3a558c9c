"""The store: all that is durable. `api` is the law, `rules` what a write means; a backend is a folder of its own."""
