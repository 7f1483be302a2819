"""The layout kit of all reports: fonts, safe text, tables, charts, pages. It knows no content."""
