"""The example cases (示例办件): taken through the real use cases, day by day, so that every law and limit holds for them.

Each case is a story that yields the working day on which it goes on; the stories are told side by side in the order of
time, as the ledger demands. Each command has its own key, so a seeding that was broken off is taken up where it stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from api.accounts.passwords import Passwords
from api.accounts.service import NewAccount, add_account
from api.demo.stories import STORIES, Story
from api.demo.teller import Teller
from api.parts import Parts
from engine.events import Actor, day_of
from engine.workdays import WorkCalendar
from models.accounts import accounts
from models.database import Reader
from models.errors import ClockWentBackError, KeyReusedError
from models.ledger import entries_of

PASSWORD = "yichuang-demo"  # noqa: S105 (known to everybody, and only in a demo)
DAYS_BACK = 24
"""Working days ago that the first story begins."""
HOUR = time(1, 30, tzinfo=UTC)
"""Half past nine in Shanghai."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Who signs in as what (示例账号)."""

    login: str
    name: str
    role: str
    says: str
    department: str = ""
    password: str = PASSWORD


ACCOUNTS = (
    DemoAccount("owner", "江海精工电子有限公司", "owner", "建设单位：登记项目、申请、整改"),
    DemoAccount("window", "综合窗口 林晓", "window", "综合窗口：受理、一次告知、出证", "government_service"),
    DemoAccount("lead", "住建局 周凯", "lead", "牵头部门：召集联合勘验和联审会议", "housing_construction"),
    DemoAccount("planning_lead", "自然资源局 关翠", "lead", "牵头部门：模拟审批、拿地后的证照", "natural_resources"),
    DemoAccount("housing", "住建局 陈立", "reviewer", "部门审批：消防、工程质量", "housing_construction"),
    DemoAccount("planning", "自然资源局 何静", "reviewer", "部门审批：规划、土地核实", "natural_resources"),
    DemoAccount("defence", "人防办 梁勇", "reviewer", "部门审批：人防工程", "civil_defence"),
    DemoAccount("archives", "城建档案馆 苏敏", "reviewer", "部门审批：工程档案", "archives"),
    DemoAccount("weather", "气象局 马原", "reviewer", "部门审批：雷电防护", "meteorology"),
    DemoAccount("planning2", "自然资源局 罗敏", "reviewer", "部门签发：规划、土地", "natural_resources"),
    DemoAccount("housing2", "住建局 谭伟", "reviewer", "部门签发：质量、安全监督", "housing_construction"),
    DemoAccount("drawings", "审图机构 黎越", "reviewer", "部门审批：施工图审查", "drawing_review"),
    DemoAccount("drawings2", "审图机构 钟岚", "reviewer", "部门签发：施工图审查", "drawing_review"),
    DemoAccount("water", "水务局 冯江", "reviewer", "部门审批：水土保持、排水", "water"),
    DemoAccount("water2", "水务局 区颖", "reviewer", "部门签发：水土保持、排水", "water"),
    DemoAccount("urban", "城管局 邓华", "reviewer", "部门审批：附属绿化", "urban_management"),
    DemoAccount("urban2", "城管局 叶青", "reviewer", "部门签发：附属绿化", "urban_management"),
    DemoAccount("utility", "市政公用 李达", "reviewer", "部门审批：水电气通信接入", "utility"),
    DemoAccount("utility2", "市政公用 吴倩", "reviewer", "部门签发：水电气通信接入", "utility"),
    DemoAccount("registry", "不动产登记中心 丘宁", "reviewer", "部门审批：不动产登记", "registration"),
    DemoAccount("supervisor", "督办 方正", "supervisor", "督办：看全部办件和时限"),
    DemoAccount("admin", "系统管理员", "admin", "系统管理员：看账号"),
)


async def ensure(parts: Parts, stories: Sequence[Story] = STORIES) -> Sequence[DemoAccount]:
    """Make accounts and example cases where they are not yet there; give who signs in as what."""
    actors = await _accounts(parts)
    async with parts.database.read() as reader:
        first = await _first_day(reader, parts)
    await _tell(parts, actors, first, stories)
    return ACCOUNTS


async def _accounts(parts: Parts) -> dict[str, Actor]:
    async with parts.database.read() as reader:
        known = {a.login: a for a in await accounts(reader)}
    departments = parts.shelf.current.as_of(day_of(parts.now())).departments
    passwords = Passwords()
    for each in ACCOUNTS:
        if each.login not in known:
            new = NewAccount(each.login, each.name, each.role, each.password, each.department)
            known[each.login] = await add_account(parts.database, passwords, new, departments, parts.now())
    return {name: Actor(a.id, a.name, a.role, a.department) for name, a in known.items()}


async def _first_day(reader: Reader, parts: Parts) -> date:
    """The day on which the stories begin: that of the ledger where it has begun, else some weeks back."""
    begun = await entries_of(reader, most=1)
    if begun:
        return begun[0].event.on
    calendar, today = _reach(parts.shelf.calendar, parts), day_of(parts.now())
    last = today if calendar.is_working(today) else calendar.before(today, 1)
    return calendar.before(last, DAYS_BACK)


def _reach(calendar: WorkCalendar, parts: Parts) -> WorkCalendar:
    """The published calendar, and beyond it what can be foreseen: the examples must not end with the last notice."""
    return calendar if calendar.is_final(day_of(parts.now())) else calendar.forecast()


async def _tell(parts: Parts, actors: dict[str, Actor], first: date, stories: Sequence[Story]) -> None:
    """Tell every story up to now, one day after the other."""
    calendar, today = _reach(parts.shelf.calendar, parts), day_of(parts.now())
    tellers = [Teller(parts, actors, story.__name__) for story in stories]
    told = [story(teller) for story, teller in zip(stories, tellers, strict=True)]
    waiting = dict.fromkeys(range(len(told)), 0)
    while waiting:
        turn = min(waiting, key=lambda i: (waiting[i], i))
        day = calendar.add(first, waiting[turn])
        if day > today:
            return
        tellers[turn].now = min(datetime.combine(day, HOUR), parts.now())
        try:
            waiting[turn] = await anext(told[turn])
        except StopAsyncIteration:
            del waiting[turn]
        except KeyReusedError:
            return  # an older version told its stories otherwise: its cases stay as they are
        except ClockWentBackError:
            del waiting[turn]  # an older version did not know this story, and nothing is written into the past
