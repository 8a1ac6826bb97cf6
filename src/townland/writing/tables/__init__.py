"""The tables that are handed in, once for workbook, document, PDF and page.

Each module makes some of them from the assessment; `forms.tables` gives all, in their order. A writer
lays them out and computes nothing.
"""
