"""What is handed over: opened and checked with the programs a regulator has, and nothing in it that should not be."""

from __future__ import annotations

import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from surveil.errors import UsageError
from surveil.production import container
from surveil.production.assemble import Channel, Handover, pack
from surveil.production.receiving import verify
from tests.production.support import KEY, PASSPHRASE, audit_trail, packed, response, tool, volume


def run(*command: object, folder: Path, ok: bool = True) -> str:
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (done.returncode == 0) is ok, done.stdout + done.stderr
    return done.stdout


def test_media_open_with_7zip_and_the_passphrase_only(tmp_path: Path) -> None:
    seven_zip = tool("7z")
    made = packed(tmp_path / "out", channel=Channel.MEDIA)
    (file,) = (file for file in made.files if file.suffix == ".zip")
    listing = run(seven_zip, "l", "-slt", f"-p{PASSPHRASE}", file, folder=tmp_path)
    methods = re.findall(r"^Method = (.+)$", listing, re.MULTILINE)
    assert methods
    assert all("AES-256" in method for method in methods)
    run(seven_zip, "x", "-y", "-pwrong", file, "-owrong", folder=tmp_path, ok=False)
    run(seven_zip, "x", "-y", f"-p{PASSPHRASE}", file, "-oright", folder=tmp_path)
    assert verify(tmp_path / "right" / made.kept.name).ok
    assert verify(made.handover).ok


def test_the_passphrase_is_nowhere_in_what_is_made(tmp_path: Path) -> None:
    packed(tmp_path / "out", channel=Channel.MEDIA)
    files = [file for file in (tmp_path / "out").rglob("*") if file.is_file()]
    assert files
    assert not [file for file in files if PASSPHRASE.encode() in file.read_bytes()]


def test_a_changed_container_is_found(tmp_path: Path) -> None:
    made = packed(tmp_path / "out", channel=Channel.MEDIA)
    (file,) = (file for file in made.files if file.suffix == ".zip")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert verify(made.handover).problems == (f"{file.name} was changed.",)


def test_passphrases_are_long_and_never_the_same() -> None:
    drawn = {container.make_passphrase() for _ in range(50)}
    assert len(drawn) == 50
    assert all(re.fullmatch(r"[a-z2-9]{5}(-[a-z2-9]{5}){5}", passphrase) for passphrase in drawn)


def test_the_public_tools_of_the_instructions_accept_the_volume(tmp_path: Path) -> None:
    made = packed(tmp_path / "out").kept
    for name in ("sha256sum", "ssh-keygen", "qpdf", "pdftotext", "diff"):
        tool(name)
    lines = (made / "VERIFY.txt").read_text().splitlines()
    programs = ("sha256sum", "diff", "ssh-keygen", "qpdf", "pdftotext")
    commands = [line.strip() for line in lines if line.strip().startswith(programs)]
    assert len(commands) == 6
    said = [run("bash", "-o", "pipefail", "-c", command, folder=made) for command in commands]
    assert said[0] == said[1] == ""
    assert "Good" in said[3]
    assert "EXB0000001" in said[5]


def test_the_public_tools_find_what_was_changed_and_added(tmp_path: Path) -> None:
    made = packed(tmp_path / "out").kept
    tool("sha256sum")
    tool("bash")
    (made / "NATIVES/added.txt").write_bytes(b"added")
    command = next(line for line in (made / "VERIFY.txt").read_text().splitlines() if "diff <(" in line)
    assert "NATIVES/added.txt" in run("bash", "-c", command, folder=made, ok=False)
    (made / "NATIVES/EXB0000005.txt").write_bytes(b"changed")
    assert "FAILED" in run("sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS", folder=made, ok=False)


def test_parts_are_under_the_limit_and_unpack_to_the_volume(tmp_path: Path) -> None:
    seven_zip = tool("7z")
    made = packed(tmp_path / "out").kept
    # Random digits do not get smaller, so that this file alone is over the limit.
    (made / "NATIVES/EXB0000009.csv").write_bytes(bytes(hash((n, "x")) % 251 for n in range(350_000)))
    parts = container.parts(made, tmp_path, 120_000)
    assert all(part.stat().st_size <= 120_000 for part in parts)
    assert [part.suffix for part in parts if part.suffix != ".zip"][:2] == [".001", ".002"]
    for part in parts:
        if part.suffix in {".zip", ".001"}:
            run(seven_zip, "x", "-y", part, "-ounpacked", folder=tmp_path)
    unpacked = {
        f.relative_to(tmp_path / "unpacked").as_posix(): f.read_bytes()
        for f in (tmp_path / "unpacked").rglob("*")
        if f.is_file()
    }
    assert unpacked == {
        f"{made.name}/{f.relative_to(made).as_posix()}": f.read_bytes()
        for f in made.rglob("*")
        if f.is_file()
    }


def test_a_gateway_production_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    one, other = packed(tmp_path / "a"), packed(tmp_path / "b")
    assert (one.manifest_sha256, one.handover_sha256) == (other.manifest_sha256, other.handover_sha256)
    assert [file.read_bytes() for file in one.files] == [file.read_bytes() for file in other.files]


def test_the_parts_are_plain_zip_files(tmp_path: Path) -> None:
    made = packed(tmp_path / "out")
    (file,) = (file for file in made.files if file.suffix == ".zip")
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert all(name.startswith(f"{made.kept.name}/") and name.isascii() for name in archive.namelist())


def test_making_it_again_replaces_it_and_nothing_else(tmp_path: Path) -> None:
    first = packed(tmp_path)
    (first.kept / "leftover.txt").write_text("x")
    packed(tmp_path)
    assert verify(first.kept).ok
    assert sorted(path.name for path in tmp_path.iterdir()) == [first.kept.name, first.handover.name]


def test_a_folder_that_is_not_a_production_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / volume().facts.name
    mine.mkdir()
    (mine / "diary.txt").write_text("mine")
    with pytest.raises(UsageError, match="not a production"):
        packed(tmp_path)
    assert (mine / "diary.txt").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == [mine.name]


def test_a_response_with_other_numbers_on_its_pages_is_refused(tmp_path: Path) -> None:
    wrong = volume(first=4)
    pages = response("Item 1. Answered.", first=1, pages=3)
    documents = (
        wrong.documents[0].__class__(**{**vars(wrong.documents[0]), "content": pages}),
        *wrong.documents[1:],
    )
    with pytest.raises(UsageError, match="EXB0000004 to EXB0000006"):
        packed(tmp_path, wrong.__class__(wrong.facts, documents, first=4))
    assert packed(tmp_path, volume(first=4, number=2)).kept.name.endswith("VOL002")


def test_load_files_name_every_document(tmp_path: Path) -> None:
    made = pack(volume(), audit_trail(), KEY, tmp_path, Handover(Channel.GATEWAY), load_files=True).kept
    assert verify(made).ok
    name = made.name
    rows = [line.split("\x14") for line in (made / f"DATA/{name}.DAT").read_text("utf-8-sig").splitlines()]
    assert rows[0][:2] == ["þBEGBATESþ", "þENDBATESþ"]
    assert [row[0] for row in rows[1:]] == ["þEXB0000001þ", "þEXB0000004þ", "þEXB0000005þ"]
    assert all(
        (made / row[7].strip("þ")).is_file() and (made / row[8].strip("þ")).is_file() for row in rows[1:]
    )
    pages = [line.split(",") for line in (made / f"DATA/{name}.OPT").read_text().splitlines()]
    assert [page[0] for page in pages] == ["EXB0000001", "EXB0000002", "EXB0000003"]
    assert [page[3] for page in pages] == ["Y", "", ""]
    assert all(len(page) == 7 for page in pages)
    assert "Item 1. Answered." in (made / "TEXT/EXB0000001.txt").read_text()
