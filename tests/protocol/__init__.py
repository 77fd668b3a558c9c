"""The protocol package: its types, its client, both against a model of a server."""
