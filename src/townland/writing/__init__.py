"""What is written of an assessment; every file is a rendering of it."""
