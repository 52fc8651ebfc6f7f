"""Phrases that say how things are (情况): the day, facts of the project, buildings, what is accepted, local parameters."""

from __future__ import annotations

from datetime import date

from rules.phrases_kit import DAY, Names, Phrases, Rows, Table, listed
from rules.world import World

PHRASES = phrase = Phrases()


@phrase("今天是2022-09-16", f"今天是{DAY}")
def today(world: World, day: str) -> None:
    world.until(date.fromisoformat(day))


@phrase("只知道截至2019-03-21公布的放假安排", f"只知道截至{DAY}公布的放假安排")
def known_on(world: World, day: str) -> None:
    world.know_notices_until(date.fromisoformat(day))


@phrase("本地口径“消防面积口径”改为“project”", "本地口径“(?P<parameter>[^”]+)”改为“(?P<value>.+)”")
def setting(world: World, parameter: str, value: str) -> None:
    world.set_parameter(parameter, value)


@phrase("申请的服务是“工程建设项目全流程审批”", "申请的服务是“(?P<service>[^”]+)”")
def of_service(world: World, service: str) -> None:
    world.service = world.service_id(service)


@phrase("项目的“投资性质”为“社会投资”", "项目的“(?P<fact>[^”]+)”为“(?P<value>.*)”")
def project_fact(world: World, fact: str, value: str) -> None:
    world.say(fact, value)


@phrase("项目的事实如下：", "项目的事实如下：", Table(("事实", "值"), {"事实": Names.FACT}))
def project_facts(world: World, rows: Rows) -> None:
    for row in rows:
        world.say(row["事实"], row["值"])


@phrase("项目有下列单体：", "项目有下列单体：", Table(header=Names.OWN))
def buildings(world: World, rows: Rows) -> None:
    world.buildings = [world.said_of_building(row) for row in rows]


@phrase("项目没有单体")
def no_buildings(world: World) -> None:
    world.buildings = []


@phrase("单体“1号厂房”的“建筑面积”为“2600”", "单体“(?P<building>[^”]+)”的“(?P<own>[^”]+)”为“(?P<value>.*)”")
def building_fact(world: World, building: str, own: str, value: str) -> None:
    world.building(building).update(world.said_of_building({own: value}))


@phrase("单体“综合楼”内有下列使用部分：", "单体“(?P<building>[^”]+)”内有下列使用部分：", Table(header=Names.OWN))
def parts(world: World, building: str, rows: Rows) -> None:
    world.building(building)["parts"] = [world.said_of_building(row) for row in rows]


@phrase("申请单独验收“1号厂房、2号厂房”", "申请单独验收“(?P<names>.+)”")
def units(world: World, names: str) -> None:
    world.units = listed(names)
