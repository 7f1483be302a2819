"""A supervisor's people: who needs a look, against whom, over time; licences, complaints, and reviews signed off."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.components import address, charts, navigate
from dashboard.components.forms import ask, given, value
from dashboard.components.markup import Html, joined, literal, show, table, tag, text, unbroken
from dashboard.components.rows import chip, severity_chip
from dashboard.components.session import Place, place
from dashboard.components.words import METHOD, OUTCOME, REVIEW_OUTCOME, moment, number, plural
from surveil import desk
from surveil.alerts.alert import Action
from surveil.alerts.policy import Allowed, Refused, may
from surveil.alerts.runs import first_of
from surveil.alerts.supervision import Method, ReviewOutcome
from surveil.desk.supervision import Member, Review, Team, reviews, sign_review, team


def page() -> None:
    """Draw the page."""
    here = place()
    st.title("A branch's people" if here.user.sees_every_branch else "My people")
    branch = _branch(here)
    with here.store.read() as session:
        found = team(session, here.user, here.workspace, here.today, branch)
        signed = reviews(session, here.user)
    for sentence in found.unknown:
        st.caption(literal(f"Not known: {sentence}"))
    if not found.members:
        st.info(
            "Nobody is below you in what you may see. An administrator says which branches and people are yours."
        )
        return
    _due(found)
    show(_table(found))
    st.caption(
        "Rank 1 is the most remarkable of all whom the last scan compared; in role: among those in the same role. A place "
        "at the top is a reason to look, not a finding."
    )
    names = {member.rep_id: member for member in found.members}
    st.header("One of them")
    picked = names[address.one("Who", list(names), "rep", str)]
    _member(here, found, picked)
    st.header("Reviews signed")
    mine = [one for one in signed if one.rep_id in names]
    if mine:
        show(_signed(mine))
    else:
        st.info("No review of these people has been signed yet.")


def _branch(here: Place) -> str:
    """Officers and auditors look at one branch at a time; a supervisor has his own people."""
    if not here.user.sees_every_branch:
        return ""
    with here.store.read() as session:
        branches = desk.choices(session, here.user, "branch_id")
    if not branches:
        return ""
    return address.one("Branch", branches, "branch", str, width=260)


def _due(found: Team) -> None:
    first, last = found.quarter
    open_ = [member.rep_id for member in found.members if member.review is None and member.may_review]
    said = f"Reviews of the quarter {first} to {last} are due by {found.due_on}: "
    if found.overdue:
        st.error(literal(f"{said}overdue for {first_of(found.overdue)}."))
    elif open_:
        st.warning(literal(f"{said}{plural(len(open_), 'person')} still open."))
    else:
        st.success(literal(f"{said}all are signed."))


_HEADS = (
    "Who",
    "Branch",
    "Role",
    "Rank",
    "Open alerts",
    "Decided so far",
    "Licences that end",
    "Complaints in a year",
    "Review",
)


def _table(found: Team) -> Html:
    return table(
        "Who needs a look first stands at the top",
        _HEADS,
        (_row(member, found.overdue) for member in found.members),
        (7,),
    )


def _row(member: Member, overdue: Sequence[str]) -> tuple[object, ...]:
    unsigned = "overdue" if member.rep_id in overdue else "open" if member.may_review else "not yours to sign"
    return (
        text(member.rep_id),
        text(member.branch_id or "not known"),
        text(member.role or "not known"),
        _rank(member),
        _open(member),
        text(
            "; ".join(f"{count:,} {OUTCOME[kind]}" for kind, count in sorted(member.outcomes.items()))
            or "none"
        ),
        _lapsing(member),
        "not known" if member.complaints is None else f"{member.complaints:,}",
        "signed" if member.review else unsigned,
    )


def _rank(member: Member) -> Html:
    one = member.ranked
    if one is None:
        return text("not compared")
    return joined(
        (
            unbroken(f"{one.rank:,} of {one.ranked:,}"),
            tag("div", unbroken(f"in role {one.peer_rank:,} of {one.peers:,}")),
        )
    )


def _open(member: Member) -> Html:
    if member.worst_open is None:
        return text("none")
    late = f" {member.overdue_alerts:,} late" if member.overdue_alerts else ""
    return joined((f"{member.open_alerts:,} ", severity_chip(member.worst_open), late))


def _lapsing(member: Member) -> Html:
    if not member.lapsing:
        return text("not known" if member.lapsing is None else "none")
    ends = (
        f"{one.qualification} {one.jurisdiction} {one.ends_on}".replace("  ", " ") for one in member.lapsing
    )
    return joined(tag("div", text(line)) for line in ends)


def _member(here: Place, found: Team, member: Member) -> None:
    left, right = st.columns(2)
    with left:
        st.subheader("Why he stands where he does")
        if member.ranked is None:
            st.caption("He was not compared in the last scan: too few openings, or no finished scan.")
        elif member.ranked.drivers:
            show(
                tag("ul", joined(tag("li", text(driver)) for driver in member.ranked.drivers), css="sv-list")
            )
            if member.ranked.adds_up:
                st.caption(
                    f"How this adds up (the two strongest signs count): {literal(member.ranked.adds_up)}"
                )
        else:
            st.caption("Nothing about him was remarkable in the last scan.")
    with right:
        st.subheader("Highest score in each scan")
        if member.trend:
            charts.trend(member.trend)
            with st.expander("The scores as a table"):
                rows = ((unbroken(day), number(score)) for day, score in member.trend)
                show(table("Highest score of his alerts", ("Data as of", "Score"), rows, (1,)))
        else:
            st.caption("No scan has found an alert about him.")
    navigate.queue_of(member.rep_id, "His alerts in the queue")
    if member.review is not None:
        show(tag("p", chip("signed"), text(f"{member.review.signed_by}, {moment(member.review.signed_at)}: "
                 f"{member.review.findings}")))  # fmt: skip
        return
    _sign(here, found, member)


def _sign(here: Place, found: Team, member: Member) -> None:
    key = f"review-{member.rep_id}"

    def fields() -> None:
        st.selectbox("How was it done?", list(Method), format_func=METHOD.__getitem__, key=f"{key}-how")
        st.text_area("What was looked at?", key=f"{key}-what")
        st.selectbox(
            "It comes to", list(ReviewOutcome), format_func=REVIEW_OUTCOME.__getitem__, key=f"{key}-outcome"
        )
        st.date_input("Follow-up on (only for a follow-up)", None, min_value=here.today, key=f"{key}-on")

    ask(
        key,
        "Sign the review of the quarter",
        "Sign",
        lambda words: sign_review(
            here.store, here.user, here.workspace, member.rep_id, found.quarter[1], Method(given(f"{key}-how")),
            value(f"{key}-what"), words, ReviewOutcome(given(f"{key}-outcome")), here.now, given(f"{key}-on"),
        ),
        "Signed; who, whom, what, when and how are kept, with the figures you saw.",
        words="What was found?",
        fields=fields,
        allowed=_may_sign(here, member),
    )  # fmt: skip


def _may_sign(here: Place, member: Member) -> Allowed | Refused:
    if not member.may_review:
        return Refused("You report to this person; somebody else signs the review.")
    return may(here.user, Action.DECIDE)


def _signed(signed: list[Review]) -> Html:
    rows = (
        (text(one.rep_id), unbroken(f"{one.period_start} to {one.period_end}"), METHOD[one.method], text(one.looked_at),
         text(one.findings), REVIEW_OUTCOME[one.outcome], unbroken(one.follow_up_on or ""),
         text(one.signed_by + (f" for {one.signed_for}" if one.signed_for else "")), unbroken(moment(one.signed_at)))
        for one in signed
    )  # fmt: skip
    heads = (
        "Who",
        "Quarter",
        "How",
        "What was looked at",
        "Found",
        "It came to",
        "Follow-up",
        "Signed by",
        "When",
    )
    return table("Written reviews (FINRA Rule 3110), the newest quarter first", heads, rows)
