"""The reference is played: what it shows is recorded, and compared."""
