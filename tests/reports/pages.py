"""The text of a PDF, page by page, read by another library than the one that wrote it."""

from __future__ import annotations

import pypdfium2


def pages(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]
