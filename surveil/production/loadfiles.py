"""Load files for review systems: a DAT of metadata, an OPT of pages, and the text of each document.

The layouts are the ones known from Concordance (DAT: DC4 between fields, thorn around them, registered sign for line
ends) and Opticon (OPT: seven fields a line).
"""

from __future__ import annotations

from collections.abc import Mapping

from surveil.production.volume import Kind, Volume, control

SEPARATOR, QUOTE, NEWLINE = "\x14", "þ", "®"
FIELDS = (
    "BEGBATES",
    "ENDBATES",
    "PAGECOUNT",
    "TITLE",
    "ITEMS",
    "KIND",
    "REDACTION",
    "NATIVELINK",
    "TEXTLINK",
)


def files(volume: Volume) -> Mapping[str, bytes]:
    """The load files of a volume by path; text of a document is there where it has any."""
    name = volume.facts.name
    made = {f"DATA/{name}.DAT": _dat(volume), f"DATA/{name}.OPT": _opt(volume)}
    for numbered in volume.numbered:
        if numbered.document.text is not None:
            made[f"TEXT/{numbered.first}.txt"] = numbered.document.text.encode("utf-8", "backslashreplace")
    return made


def _dat(volume: Volume) -> bytes:
    lines = [FIELDS]
    for numbered in volume.numbered:
        document = numbered.document
        lines.append(
            (
                numbered.first,
                numbered.last,
                str(document.pages),
                document.title,
                "; ".join(document.items),
                document.kind.value,
                document.redaction.value,
                numbered.path,
                "" if document.text is None else f"TEXT/{numbered.first}.txt",
            )
        )
    # A line feed alone is taken by every reader; the mark at the front tells UTF-8.
    text = "".join(SEPARATOR.join(map(_quoted, line)) + "\n" for line in lines)
    return ("\ufeff" + text).encode("utf-8", "backslashreplace")


def _quoted(value: str) -> str:
    plain = value.replace(QUOTE, "?").replace(SEPARATOR, " ").replace("\r\n", NEWLINE)
    return QUOTE + plain.replace("\n", NEWLINE).replace("\r", NEWLINE) + QUOTE


def _opt(volume: Volume) -> bytes:
    """Pages of documents that have any, each naming the document's one file."""
    lines = []
    for numbered in volume.numbered:
        pages = numbered.document.pages
        if numbered.document.kind is not Kind.RESPONSE:
            continue
        for page in range(pages):
            begins = ("Y", "", "", str(pages)) if page == 0 else ("", "", "", "")
            number = control(volume.facts.prefix, numbered.number + page)
            lines.append(",".join((number, volume.facts.name, numbered.path, *begins)))
    return "".join(f"{line}\n" for line in lines).encode("ascii")
