"""The invariants as plain SQL (不变量核查语句): every query gives the offenders, as case (or empty) and what is wrong.

They know nothing of the engines and rest on the rows alone; that is what they are for. Each runs on SQLite and PostgreSQL.
"""

from __future__ import annotations

from typing import NamedTuple


class Query(NamedTuple):
    """One query under the invariant that it belongs to."""

    id: str
    sql: str


CASES = """
WITH asked AS (
    SELECT id AS case_id, CAST(:item AS TEXT) AS item FROM case_file WHERE id = :case
    UNION SELECT case_id, item FROM certificate WHERE force = 'formal' AND item = '' AND :every = 1
), issued AS (
    SELECT case_id, item, min(issued_seq) AS seq FROM certificate WHERE force = 'formal' GROUP BY case_id, item
), given AS (
    SELECT o.*, s.stale, a.item AS paper FROM opinion o JOIN opinion_status s ON s.opinion_id = o.id
    JOIN asked a ON a.case_id = o.case_id AND (a.item = '' OR o.item = a.item)
    LEFT JOIN issued i ON i.case_id = a.case_id AND i.item = a.item
    WHERE NOT s.void AND (i.seq IS NULL OR o.seq < i.seq)
), in_force AS (
    SELECT o.* FROM given o WHERE NOT EXISTS (
        SELECT 1 FROM given later
        WHERE later.case_id = o.case_id AND later.paper = o.paper AND later.doc = o.doc
          AND coalesce(later.item, '') = coalesce(o.item, '')
          AND later.building = o.building AND later.instance = o.instance AND later.version > o.version)
), required AS (
    SELECT i.case_id, i.item, i.title, i.department, i.part, i.needs_visit, b.building, a.item AS paper
    FROM case_item i JOIN case_item_building b ON b.case_id = i.case_id AND b.item = i.item
    JOIN asked a ON a.case_id = i.case_id AND (a.item = '' OR i.item = a.item)
    WHERE i.applies = 'yes' AND i.part = 'opinion'
)
"""
"""What every check of a certificate starts with: the cases that are asked about, each for one item's paper or (empty) for
the whole, with which a case ends, so that its rows stay as they were then (a case goes on after one item's paper); and the opinions in force in each (the last version that is not void of each document, given before the paper by
ledger number, never by the clock)."""

CERTIFICATE = (
    Query(
        "C1",
        "SELECT c.id, '尚未受理，没有适用的政策版本' FROM case_file c JOIN asked a ON a.case_id = c.id "
        "WHERE c.accepted_on IS NULL OR c.law IS NULL",
    ),
    Query(
        "C1",
        "SELECT a.case_id, '没有一个应出具意见的事项' FROM asked a "
        "WHERE a.case_id NOT IN (SELECT case_id FROM required)",
    ),
    Query(
        "C1",
        "SELECT i.case_id, i.item || ' ' || i.title || '：是否适用尚无法判断' FROM case_item i "
        "JOIN asked a ON a.case_id = i.case_id AND (a.item = '' OR i.item = a.item) "
        "WHERE i.applies = 'unknown' AND i.part IS NOT NULL",
    ),
    Query(
        "C1",
        "SELECT DISTINCT r.case_id, r.item || ' ' || r.title || '：没有有效的合格意见' FROM required r "
        "WHERE NOT EXISTS (SELECT 1 FROM in_force o WHERE o.case_id = r.case_id AND o.paper = r.paper AND o.item = r.item "
        "AND o.doc = r.part AND o.department = r.department AND o.building IN ('', r.building) "
        "AND o.verdict = 'pass' AND NOT o.stale)",
    ),
    Query(
        "C2",
        "SELECT p.case_id, p.task || ' ' || p.reason || '：停表或补正尚未结束' FROM case_pause p "
        "JOIN asked a ON a.case_id = p.case_id AND (a.item = '' OR p.item IN ('', a.item)) WHERE p.ended IS NULL",
    ),
    Query(
        "C2",
        "SELECT r.case_id, r.item || ' ' || r.title || '：' || r.building || '没有合格的现场勘验记录' "
        "FROM required r WHERE r.needs_visit AND NOT EXISTS (SELECT 1 FROM in_force f JOIN ledger l ON l.seq = f.seq "
        "WHERE f.case_id = r.case_id AND f.paper = r.paper AND f.item = r.item AND f.building IN ('', r.building) AND f.doc <> r.part "
        "AND l.kind = 'held' AND f.verdict = 'pass' AND NOT f.stale)",
    ),
    Query(
        "C2",
        "SELECT o.case_id, o.id || '：前一轮不合格，其间没有整改答复或会议' FROM in_force o "
        "WHERE o.round > 1 AND NOT EXISTS (SELECT 1 FROM given e JOIN ledger l ON l.case_id = e.case_id "
        "WHERE e.case_id = o.case_id AND e.doc = o.doc AND coalesce(e.item, '') = coalesce(o.item, '') "
        "AND e.building = o.building AND e.instance = o.instance AND e.round = o.round - 1 AND e.verdict = 'fail' "
        "AND l.kind IN ('answered', 'held') AND l.seq > e.seq AND l.seq < o.seq)",
    ),
)
"""C1 and C2, each after ``CASES``: empty before a certificate of ``:case`` is issued; with ``:every``, of all that were."""

OTHERS = (
    Query(
        "C3",
        "SELECT case_id, item || ' 有 ' || count(*) || ' 份有效证书' FROM certificate "
        "WHERE force = 'formal' AND withdrawn_seq IS NULL GROUP BY case_id, item HAVING count(*) > 1",
    ),
    Query(
        "C3",
        "SELECT '', project_id || ' ' || service || ' ' || building || '：有 ' || count(*) || ' 份有效证书' "
        "FROM certificate_building WHERE force = 'formal' AND withdrawn_seq IS NULL "
        "GROUP BY project_id, service, item, building HAVING count(*) > 1",
    ),
    Query(
        "C4",
        "SELECT '', n.series || ' ' || n.year || '：已取号至 ' || (n.next - 1) || '，证书有 ' || count(c.id) || ' 份' "
        "FROM number_counter n LEFT JOIN certificate c ON c.series = n.series AND c.year = n.year "
        "WHERE n.force <> 'none' GROUP BY n.series, n.year, n.next "
        "HAVING count(DISTINCT c.serial) <> n.next - 1 OR coalesce(max(c.serial), 0) <> n.next - 1 "
        "OR count(c.id) <> n.next - 1",
    ),
    Query(
        "C4",
        "SELECT '', n.series || ' ' || n.year || '：已取号至 ' || (n.next - 1) || '，办件有 ' || count(c.id) || ' 件' "
        "FROM number_counter n LEFT JOIN case_file c ON c.number LIKE n.year || '-%' "
        "WHERE n.series = 'case' GROUP BY n.series, n.year, n.next HAVING count(DISTINCT c.number) <> n.next - 1",
    ),
    Query("C5", "SELECT '', actor || ' ' || route || '：已占用而没有答复' FROM idempotency WHERE status IS NULL"),
    Query(
        "C7",
        "SELECT c.case_id, c.number || '：撤回的记载不一致' FROM certificate c "
        "LEFT JOIN certificate_withdrawal w ON w.certificate_id = c.id "
        "LEFT JOIN certificate_building b ON b.certificate_id = c.id "
        "LEFT JOIN ledger l ON l.seq = c.withdrawn_seq AND l.case_id = c.case_id AND l.kind IN ('certificate_withdrawn', 'result_lapsed') "
        "WHERE coalesce(w.seq, 0) <> coalesce(c.withdrawn_seq, 0) OR b.certificate_id IS NULL "
        "OR coalesce(b.withdrawn_seq, 0) <> coalesce(c.withdrawn_seq, 0) "
        "OR (c.withdrawn_seq IS NOT NULL AND l.seq IS NULL) GROUP BY c.case_id, c.number",
    ),
    Query(
        "C7",
        "SELECT l.case_id, '台账第 ' || l.seq || ' 条撤回证书，表中没有' FROM ledger l "
        "LEFT JOIN certificate_withdrawal w ON w.seq = l.seq "
        "WHERE l.kind IN ('certificate_withdrawn', 'result_lapsed') AND l.case_id IS NOT NULL AND w.seq IS NULL",
    ),
    Query(
        "O1",
        "SELECT case_id, doc || ' ' || coalesce(item, '') || ' ' || building || '：版本号或轮次不连续' FROM opinion "
        "GROUP BY case_id, doc, item, building, instance HAVING count(DISTINCT version) <> max(version) "
        "OR count(*) <> max(version) OR min(round) <> 1 OR count(DISTINCT round) <> max(round)",
    ),
    Query(
        "O1",
        "SELECT o.case_id, o.id || '：轮次倒退' FROM opinion o JOIN opinion e ON e.case_id = o.case_id "
        "AND e.doc = o.doc AND coalesce(e.item, '') = coalesce(o.item, '') AND e.building = o.building "
        "AND e.instance = o.instance WHERE e.version < o.version AND (e.round > o.round OR e.seq >= o.seq)",
    ),
    Query(
        "O2",
        "SELECT o.case_id, o.id || '：' || o.department || ' 出具了别的部门的意见' FROM opinion o "
        "LEFT JOIN case_item i ON i.case_id = o.case_id AND i.item = o.item AND i.department = o.department "
        "WHERE o.item IS NOT NULL AND i.item IS NULL",
    ),
    Query(
        "O3",
        "SELECT o.case_id, o.id || '：申请人自己出具意见' FROM opinion o JOIN case_file c ON c.id = o.case_id "
        "WHERE o.signer = c.applicant",
    ),
    Query(
        "O4",
        "SELECT o.case_id, o.id || '：出证之后又出具意见' FROM opinion o JOIN certificate c ON c.case_id = o.case_id "
        "WHERE c.force = 'formal' AND (c.item = '' OR c.item = o.item) "
        "AND o.seq > c.issued_seq AND (c.withdrawn_seq IS NULL OR o.seq < c.withdrawn_seq)",
    ),
    Query(
        "O6",
        "SELECT l.case_id, '台账第 ' || l.seq || ' 条：出证之后又撤回意见' FROM ledger l "
        "JOIN certificate c ON c.case_id = l.case_id AND c.item = '' WHERE l.kind = 'opinion_withdrawn' AND c.force = 'formal' "
        "AND l.seq > c.issued_seq AND (c.withdrawn_seq IS NULL OR l.seq < c.withdrawn_seq)",
    ),
    Query(
        "K1",
        "SELECT case_id, item || ' ' || limit_id || '：有 ' || count(*) || ' 个同时在走的时限' FROM clock "
        "WHERE done_on IS NULL AND kind <> 'period' GROUP BY case_id, item, kind, limit_id HAVING count(*) > 1",
    ),
    Query(
        "K1",
        "SELECT k.case_id, k.item || ' ' || k.limit_id || '：办件已办结，时限仍在走' FROM clock k "
        "JOIN case_file c ON c.id = k.case_id WHERE k.done_on IS NULL AND c.ended IS NOT NULL",
    ),
    Query(
        "K2",
        "SELECT p.case_id, p.task || '：两次停表重叠' FROM case_pause p JOIN case_pause q ON q.case_id = p.case_id "
        "AND q.task = p.task AND q.kind = p.kind AND q.n > p.n WHERE p.ended IS NULL OR p.ended > q.started",
    ),
    Query(
        "K5",
        "SELECT n.case_id, '台账第 ' || n.seq || ' 条早于前一条' FROM ledger n JOIN ledger p ON p.seq = n.seq - 1 "
        "WHERE n.at < p.at",
    ),
    Query(
        "R1",
        "SELECT c.id, coalesce(c.law, '') || '：受理所依据的政策版本没有存下原文' FROM case_file c "
        "LEFT JOIN policy_source p ON p.digest = c.law WHERE c.accepted_on IS NOT NULL AND p.digest IS NULL",
    ),
    Query(
        "S1",
        "SELECT o.case_id, o.id || '：既是正式又是模拟意见' FROM opinion o JOIN simulated_opinion s ON s.id = o.id",
    ),
    Query(
        "S1",
        "SELECT '', series || '：既有正式又有模拟文号' FROM number_counter GROUP BY series "
        "HAVING count(DISTINCT force) > 1",
    ),
    Query(
        "S1",
        "SELECT c.case_id, c.number || '：正式与模拟的记载不一致' FROM certificate c "
        "JOIN certificate_building b ON b.certificate_id = c.id "
        "JOIN number_counter n ON n.series = c.series AND n.year = c.year "
        "WHERE b.force <> c.force OR n.force <> c.force",
    ),
    Query(
        "S2",
        "SELECT o.case_id, o.id || '：转正所据的模拟意见不存在，或者不是同一办件同一事项的合格意见' FROM opinion o "
        "LEFT JOIN simulated_opinion s ON s.id = o.converts AND s.case_id = o.case_id AND s.item = o.item "
        "AND s.verdict = 'pass' AND s.seq < o.seq WHERE o.converts IS NOT NULL AND s.id IS NULL",
    ),
    Query(
        "S2",
        "SELECT s.case_id, s.id || '：转正了 ' || count(*) || ' 次' FROM simulated_opinion s "
        "JOIN opinion o ON o.converts = s.id GROUP BY s.case_id, s.id HAVING count(*) > 1",
    ),
    Query(
        "P1",
        "SELECT '', code || '：同时属于 ' || count(*) || ' 个项目' FROM project_code WHERE held "
        "GROUP BY code HAVING count(*) > 1",
    ),
    Query(
        "P1",
        "SELECT '', c.code || '：项目 ' || p.id || ' 所示为 ' || coalesce(p.project_code, '无') FROM project_code c "
        "JOIN project p ON p.id = c.project_id "
        "WHERE c.held AND (p.merged_into IS NOT NULL OR p.project_code IS DISTINCT FROM c.code)",
    ),
    Query(
        "F2",
        "SELECT u.case_id, u.document || '：所引文件 ' || u.sha256 || ' 没有登记' FROM file_use u "
        "LEFT JOIN stored_file f ON f.sha256 = u.sha256 WHERE f.sha256 IS NULL",
    ),
    Query(
        "L1",
        "SELECT o.case_id, o.id || '：台账中没有出具它的条目' FROM opinion o LEFT JOIN ledger l ON l.seq = o.seq "
        "AND l.case_id = o.case_id AND l.kind IN ('given', 'unaffected_signed', 'held') "
        "LEFT JOIN opinion_status s ON s.opinion_id = o.id WHERE l.seq IS NULL OR s.opinion_id IS NULL",
    ),
    Query(
        "L1",
        "SELECT coalesce(l.case_id, c.case_id), '出证的条目与证书不一一对应' FROM certificate c "
        "FULL JOIN (SELECT seq, case_id FROM ledger WHERE kind = 'issued') l "
        "ON l.seq = c.issued_seq AND l.case_id = c.case_id WHERE l.seq IS NULL OR c.id IS NULL",
    ),
    Query(
        "L1",
        "SELECT coalesce(l.case_id, c.id), '收件的条目与办件不一一对应' FROM case_file c "
        "FULL JOIN (SELECT seq, case_id FROM ledger WHERE kind = 'case_opened') l "
        "ON l.case_id = c.id WHERE l.seq IS NULL OR c.id IS NULL",
    ),
    Query(
        "L1",
        "SELECT c.case_id, c.number || '：成文的条目与证书不符' FROM certificate c "
        "LEFT JOIN ledger l ON l.seq = c.sealed_seq AND l.case_id = c.case_id AND l.kind = 'sealed' "
        "WHERE (c.pdf IS NULL) <> (c.sealed_seq IS NULL) OR (c.sealed_seq IS NOT NULL AND l.seq IS NULL)",
    ),
)
"""Every other invariant that rows alone can break."""
