"""The writers: each renders an `Assessment` and computes nothing but layout."""
