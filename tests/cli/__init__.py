"""The terminal client: what it shows, what it is told, what it keeps."""
