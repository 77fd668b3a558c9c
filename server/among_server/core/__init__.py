"""The core: what happens between a decoded command and a finished frame. It knows no socket and no backend."""
