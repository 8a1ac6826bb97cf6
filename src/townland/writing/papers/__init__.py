"""The report on paper: one content, as a PDF (typst) and as a document (docxtpl)."""
