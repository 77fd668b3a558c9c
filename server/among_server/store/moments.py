"""Moments, as the wire writes them."""

from datetime import UTC, datetime

from among_protocol.base import Time


def moment(ms: int) -> Time:
    """Unix time in milliseconds."""
    return f"{datetime.fromtimestamp(ms // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{ms % 1000:03}Z"
