"""A rulebook: its models, loaded, inherited and examined."""
