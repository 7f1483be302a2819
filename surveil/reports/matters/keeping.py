"""Keep matters: a folder each in the workspace, every change an event of the audit trail with the whole content.

`matters/ID/matter.yml` is the state, for people to read; the trail holds its hash, so that an edit past surveil is noticed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from surveil import desk
from surveil.alerts.alert import Action
from surveil.alerts.people import SYSTEM, User
from surveil.config import Workspace
from surveil.errors import UsageError
from surveil.reports.finra.firm_file import AttachmentEntry
from surveil.reports.finra.letter import Letter, LetterPeriod, checked
from surveil.reports.making import find_actor, whole_firm
from surveil.reports.matters.model import ID_PATTERN, PREFIX_PATTERN, Matter
from surveil.store import DeskSession, Store
from surveil.store.audit import history, record

FOLDER = "matters"
FILE = "matter.yml"
ATTACHMENTS = "attachments"
OBJECT = "matter"
ATTACHMENT_BYTES = 500_000_000


def matter_folder(workspace: Workspace, matter_id: str) -> Path:
    """Where a matter lies.

    Raises:
        UsageError: that is no name a matter can have.
    """
    if not re.fullmatch(ID_PATTERN, matter_id):
        raise UsageError(
            f"{matter_id!r} is no name for a matter: letters, digits, dots, dashes and underscores, at most 40."
        )
    return workspace.path / FOLDER / matter_id


def attachments_folder(workspace: Workspace, matter_id: str) -> Path:
    """Where the documents of a matter lie."""
    return matter_folder(workspace, matter_id) / ATTACHMENTS


def list_matters(workspace: Workspace) -> list[Matter]:
    """All matters, the one due first on top."""
    folders = sorted((workspace.path / FOLDER).glob(f"*/{FILE}"))
    found = [read_matter(workspace, file.parent.name) for file in folders]
    return sorted(found, key=lambda matter: (matter.due, matter.id))


def read_matter(workspace: Workspace, matter_id: str) -> Matter:
    """A matter as its file has it.

    Raises:
        UsageError: there is none, or the file is wrong.
    """
    return _parsed(_content(workspace, matter_id), matter_folder(workspace, matter_id) / FILE)


def read_checked(workspace: Workspace, matter_id: str) -> Matter:
    """A matter whose file is as surveil left it.

    Raises:
        UsageError: there is none, or its file was edited past the audit trail.
    """
    content = _content(workspace, matter_id)
    store = desk.open_desk(workspace)
    try:
        with store.read() as session:
            session.narrow(SYSTEM)
            _check(session, matter_id, content)
    finally:
        store.close()
    return _parsed(content, matter_folder(workspace, matter_id) / FILE)


def open_matter(
    workspace: Workspace,
    actor: str | User,
    matter_id: str,
    letter: Letter,
    now: dt.datetime,
    *,
    received_on: dt.date,
    due_on: dt.date | None = None,
    period: LetterPeriod | None = None,
    **fields: Any,
) -> Matter:
    """Open a matter about a letter.

    Args:
        due_on: by default the day the letter itself names.
        fields: `reference`, `preparer`, `principal`, `control_prefix` of the matter.

    Raises:
        UsageError: there is one of this name, no due date is known, or a field is wrong.
        NotAllowed: the actor is no officer who sees the whole firm.
    """
    folder = matter_folder(workspace, matter_id)
    due = due_on or letter.due
    if due is None:
        raise UsageError(
            f"The letter {letter.id} names no due date; say by when it is to be answered: --due."
        )
    if due < received_on:
        raise UsageError(f"The matter would be due on {due}, before it was received on {received_on}.")
    given = {name: value for name, value in fields.items() if value}
    _check_prefix(given)
    content = {"id": matter_id, "letter": letter, "received_on": received_on, "due_on": due, "period": period}
    matter = checked(Matter, content | given, folder / FILE)
    with _changing(workspace, actor) as (store, user), store.write(user) as session:
        if (folder / FILE).exists():
            raise UsageError(f"There is a matter {matter_id} already.")
        _save(session, folder, matter, now, "matter.opened", None)
    return matter


def change(
    workspace: Workspace,
    actor: str | User,
    matter_id: str,
    now: dt.datetime,
    action: str,
    edit: Callable[[Matter], Matter],
    reason: str | None = None,
) -> Matter:
    """Change a matter and enter it into the trail; `action` names the event (`matter.answered`).

    Raises:
        UsageError: there is no such matter, its file was edited by hand, or what `edit` makes of it is wrong.
        NotAllowed: the actor is no officer who sees the whole firm.
    """
    folder = matter_folder(workspace, matter_id)
    with _changing(workspace, actor) as (store, user), store.write(user) as session:
        content = _content(workspace, matter_id)
        _check(session, matter_id, content)
        changed = edit(_parsed(content, folder / FILE))
        matter = checked(Matter, changed.model_dump(mode="json"), folder / FILE)
        _save(session, folder, matter, now, action, reason)
    return matter


def change_particulars(
    workspace: Workspace, actor: str | User, matter_id: str, now: dt.datetime, **fields: str
) -> Matter:
    """Change `reference`, `preparer`, `principal` or `control_prefix` of a matter; raises as `change`."""
    _check_prefix(fields)
    return change(
        workspace, actor, matter_id, now, "matter.changed", lambda matter: matter.model_copy(update=fields)
    )


def _check_prefix(fields: Mapping[str, Any]) -> None:
    prefix = fields.get("control_prefix")
    if prefix is not None and not re.fullmatch(PREFIX_PATTERN, prefix):
        raise UsageError(
            f"{prefix!r} is no beginning of control numbers: a capital letter, then capital letters, digits and dashes, "
            "at most 12 in all."
        )


def record_by_hand(
    workspace: Workspace, actor: str | User, matter_id: str, now: dt.datetime, reason: str
) -> Matter:
    """Take a file that was edited by hand into the trail, as it is; whoever does so answers for it."""
    folder = matter_folder(workspace, matter_id)
    with _changing(workspace, actor) as (store, user), store.write(user) as session:
        matter = read_matter(workspace, matter_id)
        _save(session, folder, matter, now, "matter.recorded", reason)
    return matter


def put_attachment(workspace: Workspace, matter_id: str, source: Path, title: str) -> AttachmentEntry:
    """Copy a document into the matter.

    Raises:
        UsageError: it cannot be read or kept, or is too large for a production.
    """
    try:
        if source.stat().st_size > ATTACHMENT_BYTES:
            raise UsageError(f"{source.name} has more than {ATTACHMENT_BYTES:,} bytes; split it.")
        content = source.read_bytes()
    except OSError as error:
        raise UsageError(f"{source} cannot be attached: {error.strerror or error}.") from error
    return keep_attachment(workspace, matter_id, source.name, content, title)


def keep_attachment(
    workspace: Workspace, matter_id: str, name: str, content: bytes, title: str
) -> AttachmentEntry:
    """Keep a document with the matter under its hash, so that two of one name stay two; of `name` only the kind is kept.

    Raises:
        UsageError: it cannot be kept.
    """
    folder = attachments_folder(workspace, matter_id)
    digest = hashlib.sha256(content).hexdigest()
    suffix = Path(name).suffix.lower()
    target = folder / f"{digest[:16]}{suffix if suffix[1:].isalnum() and suffix.isascii() else ''}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{name} cannot be kept: {error.strerror or error}.") from error
    return AttachmentEntry(title=title, file=target.name, sha256=digest)


class _changing:
    """The desk's database and the person who may change matters: an officer, by name or as already signed in."""

    def __init__(self, workspace: Workspace, actor: str | User) -> None:
        self._workspace, self._actor = workspace, actor

    def __enter__(self) -> tuple[Store, User]:
        desk.prepare_desk(self._workspace)
        self._store = desk.open_desk(self._workspace)
        try:
            user = find_actor(self._store, self._actor)
            whole_firm(user, Action.ANSWER)
            return self._store, user
        except BaseException:
            self._store.close()
            raise

    def __exit__(self, *_: object) -> None:
        self._store.close()


def _content(workspace: Workspace, matter_id: str) -> bytes:
    try:
        return (matter_folder(workspace, matter_id) / FILE).read_bytes()
    except OSError as error:
        raise UsageError(f"There is no matter {matter_id}. See: surveil matter list") from error


def _parsed(content: bytes, file: Path) -> Matter:
    try:
        loaded = yaml.safe_load(content.decode("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read as YAML: {error}") from error
    return checked(Matter, loaded or {}, file)


def _check(session: DeskSession, matter_id: str, content: bytes) -> None:
    events = history(session, OBJECT, matter_id)
    kept = events[-1].payload.get("details", {}).get("sha256") if events else None
    if kept != hashlib.sha256(content).hexdigest():
        raise UsageError(
            f"The file of matter {matter_id} is not as surveil left it. Look at what was changed; if it is right, take it "
            f"into the audit trail with: surveil matter record {matter_id} --as NAME --reason WHY"
        )


def _save(
    session: DeskSession, folder: Path, matter: Matter, now: dt.datetime, action: str, reason: str | None
) -> None:
    """Enter the event and put the file in place, both or neither but for a crash between them, which is noticed."""
    plain = matter.model_dump(mode="json", exclude_defaults=True)
    content = yaml.dump(plain, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110).encode("utf-8")
    digest = hashlib.sha256(content).hexdigest()
    record(
        session,
        at=now,
        action=action,
        object_type=OBJECT,
        object_id=matter.id,
        reason=reason,
        details={"matter": plain, "sha256": digest},
    )
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".{FILE}-{os.getpid()}"
    aside.write_bytes(content)
    aside.replace(folder / FILE)


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as such, so that a narrative can be read in the file."""


def _lines(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _lines)
