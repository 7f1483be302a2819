"""Look into office files (.xlsx, .docx, .pptx, .odt and kin) for words that must be withheld; they are not rewritten."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from html import unescape

from surveil.errors import InputRefused
from surveil.production.redaction.rules import Rule, flat, found

ENDINGS = frozenset({".docx", ".docm", ".odp", ".ods", ".odt", ".pptx", ".xlsm", ".xlsx"})
LARGEST_BYTES = 500_000_000
_TAG = re.compile(r"<[^>]{0,10000}>")
_BREAK = re.compile(r"</(?:\w+:)?(?:p|si|t[cr]|row|c|h|table-cell)>")


def matches(content: bytes, rules: Sequence[Rule]) -> list[Rule]:
    """The rules that find something in an office file.

    Raises:
        InputRefused: it is no office file, or holds something that can't be searched.
    """
    hits: list[Rule] = []
    for text in _texts(content):
        # Words may be spread over tags, so they are searched with and without a gap in a tag's place.
        spaced = flat(unescape(_TAG.sub(" ", text)))
        joined = flat(unescape(_TAG.sub("", _BREAK.sub(" ", text))))
        hits += [rule for version in (spaced, joined) for _, _, rule in found(version, rules)]
    return list(dict.fromkeys(hits))


def _texts(content: bytes) -> list[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST_BYTES:
                raise InputRefused("The office file unpacks to more than can be searched.")
            names = [part.filename for part in archive.infolist() if not part.is_dir()]
            strange = [name for name in names if not _searchable(name)]
            if strange:
                raise InputRefused(
                    f"The office file holds parts that can't be searched: {', '.join(strange[:3])}."
                )
            return [archive.read(name).decode("utf-8", "replace") for name in names]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise InputRefused(
            "The office file is damaged or needs a password, so that it can't be searched."
        ) from error


def _searchable(name: str) -> bool:
    return name.endswith((".xml", ".rels", ".vml")) or name == "mimetype"
