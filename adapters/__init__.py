"""What talks to a platform: one module or folder each, all of the same shape."""
