"""The receiver's check: whole productions pass, and any file changed, renamed, added or taken away is found."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from surveil.errors import UsageError
from surveil.production import folder, manifest, sshsig
from surveil.production.receiving import verify
from tests.production.support import KEY, packed


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A volume as it was made."""
    return packed(tmp_path_factory.mktemp("made")).kept


@pytest.fixture
def volume(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "volume"))


def names(made: Path) -> list[str]:
    return sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file())


@contextmanager
def changed(file: Path) -> Iterator[None]:
    """Put a file back as it was, so that one copy serves many examples."""
    content = file.read_bytes()
    try:
        yield
    finally:
        file.write_bytes(content)


def test_what_was_made_is_whole(made: Path) -> None:
    checked = verify(made, sshsig.fingerprint(KEY.public_key()))
    assert checked.ok, checked.problems
    assert checked.files == len(names(made)) - 2
    assert any("unbroken control numbers" in fact for fact in checked.facts)


@given(st.data())
def test_any_changed_byte_is_found(made: Path, data: st.DataObject) -> None:
    file = made / data.draw(st.sampled_from(names(made)))
    content = bytearray(file.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= 1 << data.draw(st.integers(0, 7))
    with changed(file):
        file.write_bytes(content)
        assert not verify(made).ok


@given(st.data())
def test_any_cut_or_longer_file_is_found(made: Path, data: st.DataObject) -> None:
    file = made / data.draw(st.sampled_from(names(made)))
    content = file.read_bytes()
    shorter = content[: data.draw(st.integers(0, len(content) - 1))]
    longer = content + data.draw(st.binary(min_size=1, max_size=3))
    with changed(file):
        file.write_bytes(data.draw(st.sampled_from([shorter, longer])))
        assert not verify(made).ok


@given(st.data())
def test_any_missing_file_is_found(made: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([name for name in names(made) if name != manifest.MANIFEST]))
    with changed(made / name):
        (made / name).unlink()
        assert any(Path(name).name in problem for problem in verify(made).problems)


@given(st.data())
def test_any_renamed_or_added_file_is_found(made: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(names(made)))
    new = made / data.draw(st.from_regex(r"(LOGS/|NATIVES/|)[a-z0-9]{1,8}(\.csv)?", fullmatch=True))
    if new.exists():
        return
    shutil.copyfile(made / name, new)
    try:
        assert (
            f"{new.relative_to(made).as_posix()} was added: it is not in the manifest."
            in verify(made).problems
        )
    finally:
        new.unlink()


def test_two_files_that_change_names_are_found(volume: Path) -> None:
    one, other = volume / "NATIVES/EXB0000004.csv", volume / "NATIVES/EXB0000005.txt"
    one.rename(volume / "x")
    other.rename(one)
    (volume / "x").rename(other)
    assert len(verify(volume).problems) == 2


def test_links_folders_and_odd_names_are_found(volume: Path) -> None:
    (volume / "link").symlink_to(volume / "VERIFY.txt")
    (volume / "nothing").mkdir()
    (volume / "NATIVES/名前\n.csv").write_text("x")
    problems = "\n".join(verify(volume).problems)
    assert "link is a link" in problems
    assert "nothing is an empty folder" in problems
    assert "名前" in problems


def test_a_file_in_place_of_a_link_is_not_followed_out_of_the_folder(volume: Path, tmp_path: Path) -> None:
    native = volume / "NATIVES/EXB0000004.csv"
    shutil.move(native, tmp_path / "elsewhere.csv")
    native.symlink_to(tmp_path / "elsewhere.csv")
    assert "NATIVES/EXB0000004.csv is a link." in verify(volume).problems


def test_whoever_seals_a_changed_folder_anew_is_found_by_the_fingerprint(volume: Path) -> None:
    (volume / "NATIVES/EXB0000005.txt").write_bytes(b"Another memo.")
    folder.seal(volume, Ed25519PrivateKey.generate())
    problems = verify(volume, sshsig.fingerprint(KEY.public_key())).problems
    assert any("signed with another key" in problem for problem in problems)


def test_a_document_put_in_with_the_key_but_not_in_the_index_is_found(volume: Path) -> None:
    (volume / "NATIVES/EXB0000006.txt").write_bytes(b"One more.")
    folder.seal(volume, KEY)
    assert verify(volume).problems == ("The index does not name exactly the documents that are here.",)


def test_what_is_no_production_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unpacked with 7-Zip"):
        verify(tmp_path)


@given(st.binary(max_size=300))
def test_a_manifest_of_anything_is_a_problem_and_not_a_crash(made: Path, content: bytes) -> None:
    with changed(made / manifest.MANIFEST):
        (made / manifest.MANIFEST).write_bytes(content)
        assert not verify(made).ok


@pytest.mark.parametrize(
    "name", ["../out", "/etc/passwd", "a//b", "a/../b", "-rf", "a b", "a\\b", "naïve", "", "a/", ".hidden"]
)
def test_a_manifest_lists_plain_names_only(name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        manifest.text({name: "0" * 64})
