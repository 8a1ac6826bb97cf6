"""Folders of layers: each layer examined as a whole, a catalog proposed, a file described."""
