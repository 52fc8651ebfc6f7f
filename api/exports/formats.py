"""What a plan can be written as (导出格式): name, media type, ending, and who writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from api.exports.bpmn import bpmn
from api.exports.calendar_file import calendar_file
from api.exports.gantt import gantt
from api.exports.graph_picture import graph_picture
from api.exports.sheet import Sheet
from api.exports.tables import csv_file, graphml


@dataclass(frozen=True, slots=True)
class Format:
    """A format (格式): ``several`` where it shows readings above one another, ``dated`` where it needs real dates."""

    title: str
    media_type: str
    ending: str
    write: Callable[[Sheet], bytes]
    several: bool = False
    dated: bool = False


FORMATS: Mapping[str, Format] = {
    "gantt": Format("横道图", "image/svg+xml", "svg", gantt, several=True),
    "graph": Format("环节图", "image/svg+xml", "svg", graph_picture, several=True),
    "bpmn": Format("流程模型", "application/xml", "bpmn", bpmn),
    "ics": Format("日历", "text/calendar", "ics", calendar_file, dated=True),
    "csv": Format("表格", "text/csv", "csv", csv_file, several=True),
    "graphml": Format("图文件", "application/xml", "graphml", graphml),
}
