"""Every way in which a catalogue's graph can be wrong, sown into the packaged policy: told with file, line and a project that shows it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date
from time import perf_counter

import pytest

from engine.deriving import graph_of
from engine.errors import ConflictError, Fault, InputError, PolicyError
from engine.facts import read_statement
from rules.compiler import compile_policy
from rules.loader import load_policy, read_files
from rules.matching import decide_unweighted
from rules.proofs import prove
from rules.proofs_report import faults_of, graphs_of, report
from tests.rules.kit import faults, line_of, sources

ON = date(2022, 9, 16)
LAND, OWNER = "national/items_land.yaml", "national/items_owner.yaml"
SCHEME, WORKS = "national/items_scheme.yaml", "national/items_construction.yaml"


def sown(path: str, old: str, new: str, times: int = 1) -> dict[str, str]:
    """The packaged files with one passage replaced, wherever it stands in a file."""
    assert sources()[path].count(old) == times, (path, old, sources()[path].count(old))
    return {**sources(), path: sources()[path].replace(old, new)}


def below(files: dict[str, str], path: str, item: str, passage: str) -> str:
    """``file:line`` of the first line of an item that has a passage."""
    lines = files[path].splitlines()
    start = lines.index(f"  - id: {item}")
    return f"{path}:{next(n for n in range(start, len(lines)) if passage in lines[n]) + 1}"


def shown(files: dict[str, str], fault: Fault) -> str:
    """Why the witness of a fault has no plan, by the real decision of the policy that is at fault."""
    book = compile_policy(read_files(files)).as_of(ON)
    statement = read_statement(json.loads(fault.value), book.vocabulary, ON)
    with pytest.raises(InputError) as refused:
        graph_of(decide_unweighted(book, statement, "approval"))
    return str(refused.value)


STUCK = [
    # the file, what is written there, what is written instead, the item that waits, and the facts on which it turns
    (LAND, "one_of: [A01.result, A02.result, A04.result]\n        group", "one_of: [A01.result, A04.result]\n        group", "A10", "立项方式＝核准"),
    (SCHEME, "group: SCHEME, when: scheme_reviewed", "group: SCHEME", "B02", "供地方式＝带方案出让"),
    (WORKS, "{doc: C02.result, when: fire_special, ", "{doc: C02.result, ", "C08", "工程合同价＝300000.01元"),
    (WORKS, "{doc: A15.result, when: eia_to_approve, ", "{doc: A15.result, when: has_demolition, ", "START", "环评类别＝"),
    (WORKS, "instance: basement, when: has_basement, ", "instance: basement, ", "START", "施工许可申领方式＝"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "old", "new", "item", "words"), STUCK, ids=[x[3] + x[4][:4] for x in STUCK])
def test_a_step_that_would_wait_for_ever_is_told_with_its_line_and_has_no_plan(
    path: str, old: str, new: str, item: str, words: str
) -> None:
    files = sown(path, old, new)
    line = line_of(path, new.splitlines()[0], files)
    found = [f for f in faults(files) if f.pointer == line]
    assert len(found) == 1, faults(files)
    assert f"（{item}" in found[0].fix and "永远等待" in found[0].fix and words in found[0].fix
    assert item in found[0].fix_en
    assert item in shown(files, found[0])


def test_a_step_that_buildings_make_wait_is_told_with_the_building() -> None:
    files = sown(WORKS, "    applies: lightning_listed\n", "    applies: civil_buildings\n")
    with pytest.raises(PolicyError) as refused:
        load_policy(files)
    (found,) = refused.value.errors
    assert found.pointer == below(files, "national/items_completion.yaml", "D13", "doc: C16.result")
    assert "D13" in shown(files, found) and json.loads(found.value)["buildings"]
    assert "随之等待的还有 D11" in found.fix


def test_what_only_buildings_that_cannot_be_would_make_wait_is_proved() -> None:
    """Whatever is listed for lightning is special for fire too: no building tells the two apart the other way."""
    files = sown(WORKS, "    applies: lightning_listed\n", "    applies: fire_special\n")
    found = report(read_files(files))
    assert (found.faults, found.as_json()["unconfirmed"]) == ((), [])


def test_a_document_with_two_makers_in_one_profile_is_told_and_in_none_is_not() -> None:
    makes = "    makes: [land-contract]\n"
    files = sown(LAND, "  - id: A07\n", f"  - id: A07\n{makes}")
    (found,) = faults(files)
    assert found.pointer == below(files, LAND, "A09", "applies:")
    assert "land-contract" in found.fix and "A07 和 A09" in found.fix and "供地方式＝出让" in found.fix
    assert json.loads(found.value)["facts"]["land_supply"] == "granted"
    assert faults(sown(LAND, "  - id: A11\n", f"  - id: A11\n{makes}")) == []


def test_steps_that_wait_for_each_other_by_their_papers_are_named_one_by_one() -> None:
    needs = "{doc: price-paid, local: true, assumed: {says: 试, example: 例}}"
    files = sown(OWNER, "  - id: O03\n", "  - id: O03\n    makes: [price-paid]\n")
    files[LAND] = files[LAND].replace("    makes: [land-contract]\n    needs:\n", f"    makes: [land-contract]\n    needs:\n      - {needs}\n")  # fmt: skip
    found = [f for f in faults(files) if "循环" in f.fix]
    assert [f.pointer for f in found] == [below(files, LAND, "A09", "needs:")]
    assert "A09 → O03 → A09" in found[0].fix or "O03 → A09 → O03" in found[0].fix
    assert "供地方式＝出让" in found[0].fix
    assert "循环" in shown(files, found[0])
    apart = {**files, LAND: files[LAND].replace("{doc: price-paid,", "{doc: price-paid, when: land_allocated,")}
    assert faults(apart) == []


def test_a_step_with_legal_effect_may_not_stand_on_an_assumption() -> None:
    files = sown("national/items_after.yaml", "group: ACCEPTANCE,", "group: ACCEPTANCE, firm: assumable,")
    (found,) = faults(files)
    assert found.pointer == line_of("national/items_after.yaml", "group: ACCEPTANCE", files)
    assert "有法律效力" in found.fix and "D11、D12" in found.fix and "D18" in found.fix_en


def test_a_review_on_an_assumption_wants_a_limit_that_turns_it_formal() -> None:
    files = {path: text.replace("simulated-conversion", "other-conversion") for path, text in sources().items()}
    found = [f for f in faults(files) if "转正时限" in f.fix]
    assert [f.pointer for f in found] == [below(files, SCHEME, "B01", "one_of: [A09.result")]


def test_items_that_exclude_each_other_are_told_by_policy_check_and_stop_the_decision() -> None:
    files = sown("national/land.yaml", "{fact: eia_class, is: registration}", "{fact: eia_class, is: form}")
    assert faults(files) == []
    (found,) = report(read_files(files)).faults
    assert found.pointer == below(files, LAND, "A16", "applies:") and "A15 与 A16 互斥" in found.fix
    book = compile_policy(read_files(files)).as_of(ON)
    statement = read_statement(json.loads(found.value), book.vocabulary, ON)
    with pytest.raises(ConflictError, match="A15、A16"):
        decide_unweighted(book, statement, "approval")


def wide() -> dict[str, str]:
    """The packaged files with a need that turns on eighteen facts, under which nothing makes the document."""
    names = [f"wide_{n}" for n in range(18)]
    stated = "".join(
        f"  - {{scope: project, id: {n}, title: 试{n}, title_en: x, type: yes_no, source: 试}}\n" for n in names
    )
    listed = ", ".join(f"{{fact: {n}, is: true}}" for n in names)
    local = "local: true, assumed: {says: 试, example: 例}"
    body = f"facts:\n{stated}conditions:\n  - {{id: wide, scope: project, title: 试, {local}, all: [{listed}]}}\n"
    files = sown(LAND, "{doc: A09.result, group: LAND, when: land_granted", "{doc: A09.result, group: LAND, when: wide")
    return {**files, "national/wide.yaml": body}


def test_what_is_too_wide_for_a_table_goes_to_z3_and_is_shown_alike() -> None:
    files = wide()
    assert faults(files) == []  # loading looks at tables alone
    found = report(read_files(files))
    (fault,) = found.faults
    assert fault.pointer == line_of(LAND, "when: wide", files)
    assert "试wide_17＝是" in fault.fix and "供地方式＝划拨" in fault.fix
    assert "A10" in shown(files, fault)
    assert found.as_json()["by_z3"] > 0 and found.as_json()["widest_bits"] > 16


def test_without_z3_what_is_too_wide_is_a_finding_that_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    files = wide()
    (fault,) = report(read_files(files)).faults
    assert fault.pointer == line_of(LAND, "when: wide", files)
    assert "yichuang[proofs]" in fault.fix and "yichuang[proofs]" in fault.fix_en
    assert report(read_files(sources())).faults == ()  # the packaged policy takes no z3


def test_the_packaged_policy_is_proved_over_all_profiles() -> None:
    found = report(read_files(sources()))
    told = found.as_json()
    assert found.faults == () and told["unconfirmed"] == []
    assert told["steps"] == 81 and told["claims"] >= 90 and told["profiles"] > 10**12
    assert told["widest_bits"] <= 16 and told["by_z3"] == 0


def test_tables_and_z3_say_the_same_of_every_fault() -> None:
    for files in (sown(*each[:3]) for each in STUCK):
        assert list(_pointers(files, 16)) == list(_pointers(files, 0)) != []


def _pointers(files: dict[str, str], most_bits: int) -> Iterator[str]:
    for view, book, _ in graphs_of(read_files(files)):
        yield from (f.pointer for f in faults_of(view, prove(book, most_bits=most_bits)))


def test_the_proof_at_load_costs_less_than_reading_the_files() -> None:
    files = read_files(sources())
    ((_, book, _),) = graphs_of(files)

    def seconds(run: int) -> float:
        begun = perf_counter()
        prove(book, deep=False) if run else read_files(sources())
        return perf_counter() - begun

    assert min(seconds(1) for _ in range(5)) < min(seconds(0) for _ in range(5))
