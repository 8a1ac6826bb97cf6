"""The formats that townland reads itself, one module each."""
