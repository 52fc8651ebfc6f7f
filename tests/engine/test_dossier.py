"""Document versions: which is current, what a new one makes stale, and that nothing else is."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dossier import (
    FACT,
    About,
    DocVersion,
    Dossier,
    FileRef,
    Standing,
    Verdict,
    stored_value,
    value_to_store,
)
from engine.papers import CaseView
from engine.procedure import Party, Procedure, Step, StepKind, StepNeed, TaskState
from engine.tasks import Reading
from engine.terms import Firm, Force, Part
from tests.engine.law import VOCABULARY

HERE = About()


def version(kind: str, number: int = 1, says: object = "", **more: object) -> DocVersion:
    """A version of a paper about nothing in particular."""
    about = more.pop("about", HERE)
    assert isinstance(about, About)
    return DocVersion(f"{kind}#{number}", kind, about, {"says": says}, **more)  # type: ignore[arg-type]


# --- versions ---------------------------------------------------------------------------------------------------------


def test_the_current_version_is_the_last_that_is_not_void() -> None:
    dossier = Dossier([version("plan", 1, "a"), version("plan", 2, "b")])
    assert (now := dossier.current("plan", HERE)) is not None and now.id == "plan#2"
    voided = dossier.with_versions((), void=["plan#2"])
    assert (now := voided.current("plan", HERE)) is not None and now.id == "plan#1"
    assert voided.with_versions((), void=["plan#1"]).current("plan", HERE) is None
    assert [v.id for v in voided.history("plan", HERE)] == ["plan#1", "plan#2"]


def test_a_dossier_is_a_value() -> None:
    before = Dossier([version("plan")])
    before.with_versions([version("plan", 2, "b")], void=["plan#1"], buildings=("A",))
    assert list(before.versions) == ["plan#1"] and before.versions["plan#1"].standing is Standing.REAL
    assert before.buildings is None


def test_a_number_is_never_given_twice_not_even_after_a_void() -> None:
    dossier = Dossier([version("plan")]).with_versions((), void=["plan#1"])
    assert dossier.next_id("plan", HERE) == "plan#2"
    assert dossier.next_id("opinion", About("D07", "A", case="c1")) == "opinion/D07/A/c1#1"


def test_documents_about_different_things_are_different_documents() -> None:
    a, b = About("D07", "A"), About("D07", "B")
    dossier = Dossier([DocVersion("f/A#1", "f", a), DocVersion("f/B#1", "f", b)])
    assert dossier.current("f", a) != dossier.current("f", b)
    assert {v.id for v in dossier.kinds("f")} == {"f/A#1", "f/B#1"}
    assert dossier.current("f", HERE) is None


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        (About("D07"), About("D07", "A"), True),
        (About(building="A"), About("D07", "A"), True),
        (About("D07", "A"), About("D07", "B"), False),
        (About("D02"), About("D07"), False),
        (About(), About("D07", "A"), True),
        (About(case="c1"), About(case="c2"), True),
    ],
)
def test_two_subjects_agree_wherever_both_say_something(one: About, other: About, agree: bool) -> None:
    assert one.within(other) is other.within(one) is agree


# --- staleness --------------------------------------------------------------------------------------------------------


def test_a_new_version_of_what_was_read_makes_its_readers_stale_and_theirs() -> None:
    dossier = Dossier(
        [version("plan"), version("other"), version("review", read=("plan#1",)), version("opinion", read=("review#1",))]
    )
    later = dossier.with_versions([version("plan", 2, "changed")])
    assert not any(dossier.stale(v) for v in dossier.versions.values())
    assert {v.id for v in later.versions.values() if later.stale(v)} == {"review#1", "opinion#1"}


def test_only_what_is_compared_counts_content_files_and_verdict() -> None:
    read = version("plan", says="a", files=(FileRef("a.pdf", 1, "aa"),))
    reader = version("review", read=("plan#1",))
    same = version("plan", 2, "a", files=(FileRef("renamed.pdf", 1, "aa"),), by="别人", on=date(2022, 1, 1))
    for new, stale in (
        (same, False),
        (version("plan", 2, "b", files=read.files), True),
        (version("plan", 2, "a", files=(FileRef("a.pdf", 1, "bb"),)), True),
        (version("plan", 2, "a", files=read.files, verdict=Verdict.FAIL), True),
    ):
        assert Dossier([read, reader, new]).stale(reader) is stale


def test_what_rests_on_something_taken_back_or_never_there_is_stale() -> None:
    reader = version("review", read=("plan#1",))
    assert Dossier([version("plan"), reader]).with_versions((), void=["plan#1"]).stale(reader)
    assert Dossier([reader]).stale(reader)


def test_an_assumption_is_discharged_by_an_equal_paper_and_undone_by_another() -> None:
    assumed = version("permit", says="a", standing=Standing.ASSUMED)
    reader = version("opinion", read=("permit#1",))
    dossier = Dossier([assumed, reader])
    assert not dossier.with_versions([version("permit", 2, "a")]).stale(reader)
    assert dossier.with_versions([version("permit", 2, "b")]).stale(reader)


def test_a_real_paper_is_not_replaced_by_an_assumption_of_it() -> None:
    reader = version("opinion", read=("permit#1",))
    dossier = Dossier([version("permit", says="a"), reader, version("permit", 2, "a", standing=Standing.ASSUMED)])
    assert dossier.stale(reader)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[DocVersion], int]:
    """Papers that each read some of those before, and one of them to be replaced."""
    count = draw(st.integers(1, 9))
    made = []
    for i in range(count):
        read = draw(st.lists(st.integers(0, i - 1), unique=True, max_size=3)) if i else []
        made.append(version(f"k{i}", read=tuple(f"k{n}#1" for n in read)))
    return made, draw(st.integers(0, count - 1))


def downstream(made: list[DocVersion], root: str) -> set[str]:
    """Everything that read a version, and what read that, by plain search."""
    found: set[str] = set()
    frontier = {root}
    while frontier:
        frontier = {v.id for v in made if set(v.read) & frontier} - found
        found |= frontier
    return found


@given(graphs())
def test_exactly_the_dependents_of_a_replaced_version_go_stale(drawn: tuple[list[DocVersion], int]) -> None:
    made, n = drawn
    dossier = Dossier(made).with_versions([version(f"k{n}", 2, "changed")])
    stale = {v.id for v in dossier.versions.values() if dossier.stale(v)}
    assert stale == downstream(made, f"k{n}#1")


@given(graphs(), st.sampled_from(["same", "void"]))
def test_an_equal_version_makes_nothing_stale_and_a_void_one_what_rests_on_it(
    drawn: tuple[list[DocVersion], int], how: str
) -> None:
    made, n = drawn
    if how == "same":
        dossier = Dossier(made).with_versions([version(f"k{n}", 2, "", read=made[n].read)])
        assert not any(dossier.stale(v) for v in dossier.versions.values())
    else:
        dossier = Dossier(made).with_versions((), void=[f"k{n}#1"])
        stale = {v.id for v in dossier.versions.values() if dossier.stale(v)}
        assert stale == downstream(made, f"k{n}#1")


@given(graphs())
def test_done_again_in_order_nothing_is_stale(drawn: tuple[list[DocVersion], int]) -> None:
    made, n = drawn
    dossier = Dossier(made).with_versions([version(f"k{n}", 2, "changed")])
    for each in made:
        if dossier.stale(dossier.versions[each.id]):
            now = [dossier.current(dossier.versions[r].kind, HERE) for r in each.read]
            again = version(each.kind, 3, read=tuple(v.id for v in now if v is not None))
            dossier = dossier.with_versions([again])
    currents = [dossier.current(v.kind, HERE) for v in made]
    assert not any(dossier.stale(v) for v in currents if v is not None)


# --- good, answered ---------------------------------------------------------------------------------------------------


def test_good_is_current_passing_real_and_not_stale() -> None:
    assert Dossier([version("plan")]).good("plan", HERE)
    assert not Dossier([]).good("plan", HERE)
    assert not Dossier([version("plan", verdict=Verdict.FAIL)]).good("plan", HERE)
    assert Dossier([version("plan", verdict=Verdict.FAIL), version("plan", 2, verdict=Verdict.PASS)]).good("plan", HERE)
    stale = Dossier([version("a"), version("plan", read=("a#1",)), version("a", 2, "b")])
    assert not stale.good("plan", HERE)


def test_an_assumed_paper_is_good_only_where_an_assumption_may_stand_in() -> None:
    dossier = Dossier([version("permit", standing=Standing.ASSUMED)])
    assert not dossier.good("permit", HERE) and dossier.good("permit", HERE, assumed=True)


def test_a_failure_is_answered_by_the_last_document_that_names_it_and_is_not_void() -> None:
    failed = version("finding", verdict=Verdict.FAIL)
    dossier = Dossier([failed, version("rectification", answers=("finding#1",))])
    assert (by := dossier.answered(failed)) is not None and by.id == "rectification#1"
    assert dossier.with_versions((), void=["rectification#1"]).answered(failed) is None
    assert not dossier.stale(failed), "an answer is not something that the finding read"


# --- force ------------------------------------------------------------------------------------------------------------


def reading(force: Force, dossier: Dossier, firm: Firm = Firm.ASSUMABLE) -> Reading:
    """A case whose one review needs a land permit that may be assumed under simulation."""
    steps = (
        Step("intake", StepKind.INTAKE, Party.WINDOW, "voucher"),
        Step("permit", StepKind.REVIEW, Party.WINDOW, "permit", force=force),
        Step("opinion", StepKind.REVIEW, Party.WINDOW, "opinion", needs=(StepNeed("permit", firm),), force=force),
    )
    return Reading(CaseView("c1", Procedure("s", steps), dossier, taken_in=True))


@pytest.mark.parametrize(
    ("force", "firm", "state"),
    [
        (Force.SIMULATED, Firm.ASSUMABLE, TaskState.OPEN),
        (Force.SIMULATED, Firm.REQUIRED, TaskState.BLOCKED),
        (Force.FORMAL, Firm.ASSUMABLE, TaskState.BLOCKED),
        (Force.FORMAL, Firm.CUSTOMARY, TaskState.OPEN),
    ],
)
def test_only_a_simulated_step_stands_on_an_assumption_and_only_where_the_law_leaves_it(
    force: Force, firm: Firm, state: TaskState
) -> None:
    assumed = DocVersion("permit/c1#1", "permit", About(case="c1"), standing=Standing.ASSUMED)
    task = reading(force, Dossier([assumed]), firm).task("opinion")
    assert task is not None and task.state is state


# --- facts ------------------------------------------------------------------------------------------------------------

values = (
    st.booleans()
    | st.integers(0, 2**53 - 1)
    | st.text(max_size=5)
    | st.lists(st.builds(Part, st.none() | st.sampled_from(["workshop"]), st.none() | st.integers(0, 99))).map(tuple)
)


@given(values)
def test_a_fact_s_value_comes_back_from_its_document(value: bool | int | str | tuple[Part, ...]) -> None:
    back = stored_value(value_to_store(value))
    assert back == value and type(back) is type(value)


def test_the_statement_holds_the_current_facts_of_known_buildings_and_nothing_unknown() -> None:
    def fact(name: str, number: int, value: object, building: str = "") -> DocVersion:
        kind = FACT + name
        return DocVersion(f"{kind}/{building}#{number}", kind, About(building=building), {"value": value})

    dossier = Dossier(
        [
            fact("archive_scope", 1, True),
            fact("use", 1, "workshop", "A"),
            fact("use", 2, "office", "A"),
            fact("use", 1, "workshop", "拆除的楼"),
            fact("completion_accepted", 1, True),
            fact("completion_accepted", 2, None),
            fact("no_such_fact", 1, True),
        ],
        ("A", "B"),
    )
    said = dossier.statement(VOCABULARY)
    assert said.project == {"archive_scope": True}
    assert [(b.name, dict(b.facts)) for b in said.buildings or ()] == [("A", {"use": "office"}), ("B", {})]
    assert Dossier().statement(VOCABULARY).buildings is None
