"""Long lists on paper: surveil's table beside ReportLab's own."""
