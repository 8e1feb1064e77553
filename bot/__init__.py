"""The shared core of Threadwise: it knows no platform and no store."""

__version__ = "0.1.0"
