"""What may be ordered of a case, one closed model a command (指令的请求体)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from api.requests import Body
from api.words import Day, FileIn, Flag, Prose, Word


class Party(Body):
    """A party to the works (参建单位): its role, such as 施工单位, and its name."""

    role: Word
    name: Word


class Contact(Body):
    """Whom to call (联系人)."""

    name: Word
    phone: Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9+ -]{5,20}$")]


class Application(Body):
    """One form for everything (一张表单): what the certificate will say of the works, and which buildings it is about."""

    service: Word = "joint-acceptance"
    units: Annotated[list[Word], Field(min_length=1, max_length=500)] | None = None
    project_name: Word
    address: Word | None = None
    planning_permit_no: Word | None = None
    construction_permit_no: Word | None = None
    structure: Word | None = None
    scale: Word | None = None
    started_on: Day | None = None
    completed_on: Day | None = None
    parties: Annotated[list[Party], Field(max_length=50)] = []
    contact: Contact | None = None


class Nothing(Body):
    """A command that takes no particulars."""


class Refuse(Body):
    """Refuse to take in (不予受理); the reasons come from the decision, ``says`` may add a sentence."""

    says: Prose = ""


class Give(Body):
    """Give an opinion (出具意见): 合格 ``pass``; 不合格 ``fail`` with finding and article; 不适用 ``not_applicable`` of a building."""

    verdict: Literal["pass", "fail", "not_applicable"]
    finding: Prose = ""
    article: Prose = ""
    building: Prose = ""


class Reasons(Body):
    """An act that needs its reasons stated."""

    reasons: Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=4000)]


class Convert(Body):
    """Turn a simulated opinion formal (转正): the one question is whether nothing has changed."""

    unchanged: Flag
    says: Prose = ""


class Declare(Body):
    """Declare that simulated opinions fail (认定失效): why, on which ground, and which items or documents it touches."""

    cause: Word
    says: Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=4000)]
    items: Annotated[list[Word], Field(max_length=200)] = []
    documents: Annotated[list[Word], Field(max_length=200)] = []


class Revoke(Reasons):
    """Withdraw a paper in force (撤回证书); ``number`` where a case has handed out several."""

    number: Prose = ""


class StopClock(Body):
    """Stop the clock (停表): why, and whether the owner was told in writing how long it takes (第四十五条)."""

    reason: Word
    written_notice: Flag
    says: Prose = ""


class Call(Body):
    """Call a gathering (召集): the day and the place."""

    on: Day
    place: Word


class Finding(Body):
    """One item's finding at a gathering (勘验结论)."""

    verdict: Literal["pass", "fail"]
    finding: Prose = ""
    article: Prose = ""


class Hold(Body):
    """Minute a gathering (登记勘验、会议): who attended, each item's finding, the minutes."""

    attended: Annotated[list[Word], Field(max_length=50)]
    findings: Annotated[dict[Word, Finding], Field(max_length=200)] = {}
    minutes: Prose = ""


class Answer(Body):
    """Hand in the rectification of one list (提交整改): what was done, and its papers."""

    says: Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=4000)]
    files: Annotated[list[FileIn], Field(max_length=50)] = []


class Withdraw(Body):
    """Withdraw the application (撤回申请)."""

    says: Prose = ""


class Extend(Body):
    """Extend a limit (延长期限): of the bundle, or of one item; the clock says whether the approval counts."""

    days: Annotated[int, Field(strict=True, ge=1, le=60)]
    approved_by: Literal["agency_head", "government_head", "lead_department", "clerk"]
    says: Prose
    item: Prose = ""
