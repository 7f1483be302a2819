"""Many small alerts as few: where a setting says so, a rule's small alerts on the representatives of a branch are one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from surveil.alerts.model import AlertDraft, Driver, Severity, SubjectType
from surveil.alerts.runs import first_of
from surveil.detectors.registry import detectors
from surveil.errors import UsageError

_NAMED_AT_MOST = 5


@dataclass(frozen=True)
class Gathered:
    """The alerts of a run after gathering. `into` has the fingerprint of each alert that went into another and that
    one's; `counts` by detector how many small alerts became how many.
    """

    drafts: list[AlertDraft]
    into: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def gather(
    drafts: Sequence[AlertDraft], wanted: Collection[str], apart: Collection[str], fdr: float
) -> Gathered:
    """Put the small alerts of these detectors together, branch by branch; the order of scores is kept.

    What is of high severity at least, and alerts on whom the tests flag (q at most `fdr`), stay single, so that nobody
    who stands out hides among his colleagues. So do those about representatives named in `apart`: an alert about
    several people could not be kept from one of them.
    """
    groups: dict[tuple[str, str], list[AlertDraft]] = defaultdict(list)
    for draft in drafts:
        if draft.detector in wanted and may_be_gathered(draft, fdr) and draft.subject_id not in apart:
            groups[draft.detector, str(draft.branch_id)].append(draft)
    several = {key: members for key, members in groups.items() if len(members) > 1}
    into: dict[str, str] = {}
    counts: dict[str, tuple[int, int]] = {}
    made = []
    for (detector, branch), members in sorted(several.items()):
        one = _one(members, branch)
        made.append(one)
        into |= {member.fingerprint: one.fingerprint for member in members}
        small, few = counts.get(detector, (0, 0))
        counts[detector] = small + len(members), few + 1
    kept = [draft for draft in drafts if draft.fingerprint not in into]
    return Gathered(sorted([*kept, *made], key=lambda d: (-d.score, d.fingerprint)), into, counts)


def may_be_gathered(draft: AlertDraft, fdr: float) -> bool:
    """Whether it is about breaches of a rule by a representative of a known branch, is below high severity (that is: a
    single breach or so), and no test flags him.
    """
    about_one = draft.subject_type is SubjectType.REP and bool(draft.branch_id) and draft.item_count > 0
    flagged = draft.q_value is not None and draft.q_value <= fdr
    return about_one and draft.severity.rank < Severity.HIGH.rank and not flagged


def check(setting: Mapping[str, str]) -> frozenset[str]:
    """The detectors whose small alerts are gathered.

    Raises:
        UsageError: the setting names a detector that there is not, or one that lists no breaches of representatives.
    """
    known = detectors()
    for name in setting:
        if name not in known:
            raise UsageError(f"[gather] in surveil.toml names {name}; there is no such detector.")
        if not known[name].rule or known[name].subject is not SubjectType.REP:
            raise UsageError(
                f"[gather] in surveil.toml names {name}, which lists no breaches of representatives: there is nothing "
                "to gather."
            )
    return frozenset(setting)


def _one(members: Sequence[AlertDraft], branch: str) -> AlertDraft:
    """One alert about the branch with all that its members had; it scores as the highest of them."""
    best = max(members, key=lambda d: (d.score, d.fingerprint))
    items = sum(member.item_count for member in members)
    name = best.reason.partition(":")[0]
    most = sorted(members, key=lambda d: (-d.item_count, d.subject_id))
    named = first_of([f"{one.subject_id} {one.item_count}" for one in most], _NAMED_AT_MOST)
    return replace(
        best,
        subject_type=SubjectType.BRANCH,
        subject_id=branch,
        rep_id=None,
        branch_id=branch,
        reason=f"{name}: {items} items of {len(members)} representatives of branch {branch}, few of each "
        f"({named}).",
        item_count=items,
        observed=float(items),
        expected=None,
        interval=None,
        p_value=None,
        q_value=None,
        peers=None,
        period_start=min((m.period_start for m in members if m.period_start), default=None),
        period_end=max((m.period_end for m in members if m.period_end), default=None),
        drivers=(Driver("breaches of a rule", best.drivers[-1].contribution, f"{items} listed one by one"),),
    )
