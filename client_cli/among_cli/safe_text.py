"""The client's one gate to its terminal: see `among_protocol.safe_text`, which the operator's commands go through too."""

from among_protocol.safe_text import Safe, safe_lines, safe_text

__all__ = ["Safe", "safe_lines", "safe_text"]
