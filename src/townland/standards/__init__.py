"""The standards as data: land classes, fields of the schemas, slope grades, and their sources."""
