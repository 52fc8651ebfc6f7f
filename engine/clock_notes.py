"""What a judgement has to explain (计时说明): one sentence, with its article, for each outcome that may surprise."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from engine.clock_events import Approver, Event, Interval, Kind, Outcome, Stop, Timeline, What
from engine.clock_law import STATUTORY_REASONS, ClockLaw, Extension
from engine.terms import Cite, Unit
from engine.workdays import WorkCalendar

if TYPE_CHECKING:
    from engine.clock import Judgement

REASONS = {
    "hearing": "听证", "tender": "招标", "auction": "拍卖", "inspection": "检验", "testing": "检测",
    "quarantine": "检疫", "appraisal": "鉴定", "expert_review": "专家评审", "site_visit": "现场勘察",
    "public_notice": "公示", "consultation": "征求意见", "correction": "补正", "rectification": "整改",
}  # fmt: skip
APPROVERS = {
    Approver.AGENCY_HEAD: "本行政机关负责人", Approver.GOVERNMENT_HEAD: "本级人民政府负责人",
    Approver.LEAD_DEPARTMENT: "牵头部门", Approver.CLERK: "经办人员",
}  # fmt: skip

_SAYS = {
    "deemed-accepted": (
        "自收件起五个工作日（至{due}）内既未出具受理凭证，也未一次告知全部补正内容，自收到申请材料之日{received}起即为受理。",
        "Neither a voucher nor a notice naming everything by {due}: accepted from the day received, {received}.",
    ),
    "notice-incomplete": (
        "{on}的补正告知未写明已一次告知全部内容，视同没有告知。",
        "The correction notice of {on} did not name everything and counts as none.",
    ),
    "notice-late": (
        "{on}的补正告知晚于最后一日{due}，不改变受理日。",
        "The correction notice of {on} came after {due} and does not move the acceptance.",
    ),
    "voucher-late": (
        "{on}出具的受理凭证晚于{due}，不改变受理日。",
        "The voucher of {on} came after {due} and does not move the acceptance.",
    ),
    "accepted-by-corrections": (
        "按补正告知应补的材料已于{on}全部补齐，当日即为受理，不以受理凭证为条件。",
        "Everything asked for was supplied on {on}: accepted that day, voucher or not.",
    ),
    "asked-again": (
        "补正内容应当一次告知，{on}再次告知不影响受理与计时。",
        "Corrections are asked for once; asking again on {on} changes nothing.",
    ),
    "refusal-after-acceptance": (
        "{on}的不予受理晚于受理，不能取消受理；申请未经决定，用时不计。",
        "Refusing intake on {on}, after the acceptance, cannot undo it; no time is counted.",
    ),
    "stop-without-notice": (
        "{on}起的停表（{reason}）没有书面告知所需时间，法定时限不扣除。",
        "The stop from {on} ({reason_en}) was not notified in writing: the statutory clock runs on.",
    ),
    "stop-not-statutory": (
        "{on}起的停表（{reason}）不在第四十五条所列事项之内，法定时限不扣除。",
        "The stop from {on} ({reason_en}) is none of article 45: the statutory clock runs on.",
    ),
    "stop-not-promised": (
        "{on}起的停表（{reason}）承诺时限也不扣除。",
        "Nor does the promised clock stop from {on} ({reason_en}).",
    ),
    "stop-too-late": (
        "{on}起的停表晚于法定时限的最后一日，不改变期限。",
        "The stop from {on} began after the last day by law and changes nothing.",
    ),
    "stop-too-late-promised": (
        "{on}起的停表晚于承诺时限的最后一日，不改变承诺期限。",
        "The stop from {on} began after the last day of the promise and changes nothing there.",
    ),
    "stop-open": (
        "{on}起的停表（{reason}）尚未恢复，算至{end}。",
        "The stop from {on} ({reason_en}) is still open and runs to {end}.",
    ),
    "extended": (
        "{on}批准延长{days}个{unit}，加在原时限之上。",
        "Extended on {on} by {days} {unit_en}, added to the original limit.",
    ),
    "extension-approver": (
        "{on}的延期无效：应经{needed}批准，实际为{actual}。",
        "The extension of {on} is void: {needed_en} must approve it, not {actual_en}.",
    ),
    "extension-too-long": (
        "{on}的延期无效：延长{days}个工作日，超过法定的{most}个。",
        "The extension of {on} is void: {days} days, more than the {most} that the law allows.",
    ),
    "extension-too-late": (
        "{on}的延期无效：批准时期限已于{due}届满。",
        "The extension of {on} is void: the limit had run out on {due}.",
    ),
    "extension-too-early": (
        "{on}的延期无效：早于受理日{accepted}。",
        "The extension of {on} is void: it is before the acceptance, {accepted}.",
    ),
    "extension-again": (
        "{on}的再次延期无效：依法只延长一次。",
        "The second extension of {on} is void: the law knows one.",
    ),
    "extension-unknown": (
        "{on}的延期无效：此类办件没有延期的规定。",
        "The extension of {on} is void: this kind of file has none.",
    ),
    "extension-without-clock": ("尚未受理，延期无从谈起。", "Not accepted yet: there is nothing to extend."),
    "promise-longer-than-law": (
        "承诺的{promised}个{unit}长于法定的{days}个，以法定时限为准。",
        "The promised {promised} {unit_en} exceed the {days} of the law, which binds.",
    ),
    "decided-late": ("{on}作出决定，晚于法定时限最后一日{due}。", "Decided on {on}, after the last day by law, {due}."),
    "overdue": ("法定时限已于{due}届满，尚未作出决定。", "The statutory limit ran out on {due} without a decision."),
    "silence-is-not-approval": (
        "逾期未决定不等于准予；依法只有有效期延续申请逾期未作决定的视为准予。",
        "Silence is not approval; the law deems only a renewal granted.",
    ),
    "promised-late": (
        "承诺时限最后一日为{due}，超出的应当公开说明理由。",
        "The promise ran to {due}; exceeding it must be explained publicly.",
    ),
    "delivered-late": (
        "{on}送达，晚于最后一日{due}。",
        "Delivered on {on}, after the last day, {due}.",
    ),
    "delivery-overdue": ("最迟应于{due}送达，尚未送达。", "Should have been delivered by {due}."),
    "provisional": (
        "所涉日期晚于{until}，下一年度放假安排公布后可能变动，暂定。",
        "Days after {until} may be moved by the next holiday notice: provisional.",
    ),
}


@dataclass(frozen=True, slots=True)
class Note:
    """One explanation (说明) with its sources."""

    code: str
    says: str
    says_en: str
    cite: tuple[Cite, ...] = ()

    def as_json(self, *, english: bool = False) -> dict[str, Any]:
        """As CONTRACT §2 has it."""
        return {
            "code": self.code,
            "says": self.says_en if english else self.says,
            "cite": [{"instrument": c.instrument, "article": c.article} for c in self.cite],
        }


class Notes:
    """The notes of one judgement, as they arise."""

    def __init__(self, unit: Unit) -> None:
        self.said: list[Note] = []
        self._unit = {"unit": _UNITS[unit], "unit_en": _UNITS_EN[unit]}

    def add(self, code: str, *cite: Cite, **words: Any) -> None:
        """Add one, its words filled in."""
        says, says_en = _SAYS[code]
        words = {**self._unit, **words}
        self.said.append(Note(code, says.format(**words), says_en.format(**words), cite))

    def deemed(
        self,
        received: date,
        due: date,
        notice: Event | None,
        voucher: Event | None,
        timeline: Timeline,
        law: ClockLaw,
    ) -> None:
        """Why the file is deemed accepted (视为受理), and why what came later does not change it."""
        self.add("deemed-accepted", law.notice, due=due, received=received)
        for event in timeline.all(What.CORRECTION_NOTICE):
            if not event.complete:
                self.add("notice-incomplete", law.notice, on=event.on)
        if notice:
            self.add("notice-late", law.notice, on=notice.on, due=due)
        if voucher:
            self.add("voucher-late", law.notice, on=voucher.on, due=due)

    def asked_again(self, timeline: Timeline, accepted: Event | None, law: ClockLaw) -> None:
        """Notices that name too little, come twice, or after the acceptance (一次告知)."""
        told = False
        for event in timeline.all(What.CORRECTION_NOTICE):
            if told or (accepted and event.index > accepted.index):
                self.add("asked-again", law.notice, law.once, on=event.on)
            elif not event.complete:
                self.add("notice-incomplete", law.notice, on=event.on)
            told = told or event.complete

    def refusal(self, refused: Event | None) -> None:
        """A refusal of intake (不予受理) after the acceptance."""
        if refused:
            self.add("refusal-after-acceptance", on=refused.on)

    def stops(self, timeline: Timeline, by_promise: Collection[Stop], end: date, law: ClockLaw) -> None:
        """Which stops count for neither layer, or for one alone, and why."""
        for stop in timeline.stops:
            words = {"on": stop.start, "reason": REASONS[stop.reason], "reason_en": stop.reason.replace("_", " ")}
            if stop.reason not in STATUTORY_REASONS:
                self.add("stop-not-statutory", law.stops, **words)
            elif not stop.written_notice:
                self.add("stop-without-notice", law.stops, **words)
            if stop not in by_promise and timeline.limit.promised is not None:
                self.add("stop-not-promised", **words)
            if stop.end is None:
                self.add("stop-open", **words, end=end)

    def too_late(self, by_law: Iterable[Interval], by_promise: Iterable[Interval], law: ClockLaw) -> None:
        """Stops that began after the last day and change nothing."""
        for start, _ in by_law:
            self.add("stop-too-late", law.stops, on=start)
        for start, _ in by_promise:
            self.add("stop-too-late-promised", on=start)

    def wrong_approver(self, event: Event, rule: Extension) -> None:
        """An extension approved by somebody else than the law names."""
        actual = event.approved_by or Approver.CLERK
        self.add(
            "extension-approver",
            rule.cite,
            on=event.on,
            needed=APPROVERS[rule.approver],
            needed_en=rule.approver.replace("_", " "),
            actual=APPROVERS[actual],
            actual_en=actual.replace("_", " "),
        )

    def lateness(self, judgement: Judgement, decided: Event | None, timeline: Timeline, law: ClockLaw) -> None:
        """What is late (超期), and that silence approves nothing."""
        cite = [law.limit[timeline.limit.kind]] if timeline.limit.kind is not Kind.OTHER else []
        due = judgement.statutory_due
        if judgement.late_since and decided:
            self.add("decided-late", *cite, on=decided.on, due=due)
        elif judgement.late_since:
            self.add("overdue", *cite, due=due)
            self.add("silence-is-not-approval", law.renewal)
        if judgement.promised_late_since and not (decided and decided.outcome is Outcome.WITHDRAWN):
            self.add("promised-late", law.promise, due=judgement.promised_due)

    def provisional(self, calendar: WorkCalendar) -> None:
        """That the answer reaches days which a later notice may change (暂定)."""
        self.add("provisional", until=calendar.final_until)


_UNITS = {Unit.WORKING: "工作日", Unit.CALENDAR: "自然日", Unit.MONTH: "月", Unit.YEAR: "年"}
_UNITS_EN = {Unit.WORKING: "working days", Unit.CALENDAR: "calendar days", Unit.MONTH: "months", Unit.YEAR: "years"}
