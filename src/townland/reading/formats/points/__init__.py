"""Boundaries as numbered points: TXT, CSV and workbooks."""
