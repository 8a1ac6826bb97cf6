"""Layers written in the formats other people ask for."""
