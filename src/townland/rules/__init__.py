"""The policy as data: rulebooks, rule kinds, and findings."""
