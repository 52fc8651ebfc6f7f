"""SVG that prints and is read aloud (矢量图): text stays text, patterns stand beside colours, everything has a title."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from api.exports.text import width

INK, GREY, RULE, REST = "#0b0c0c", "#505a5f", "#d8dde0", "#eceff1"
DARK, LIGHT = "#14447c", "#a9c1dc"
FONTS = '"Noto Sans CJK SC","Source Han Sans SC","PingFang SC","Microsoft YaHei",sans-serif'
STYLE = (
    f"text{{font-family:{FONTS};font-size:12px;fill:{INK}}}"
    f".h{{font-size:16px;font-weight:700}}.d{{font-size:11px;fill:{GREY}}}.b{{font-weight:700}}"
)
NAMESPACE = "http://www.w3.org/2000/svg"


class Svg:
    """A picture that grows downward. Elements are made by name, text is escaped by the library that writes it."""

    def __init__(self, title: str, desc: str) -> None:
        self.root = ET.Element(
            "svg",
            {"xmlns": NAMESPACE, "role": "img", "lang": "zh-CN", "aria-labelledby": "title desc"},
        )
        add(self.root, "title", title, id="title")
        add(self.root, "desc", desc, id="desc")
        add(self.root, "style", STYLE)
        self._patterns(add(self.root, "defs"))
        self._ground = add(self.root, "rect", fill="#fff")

    def _patterns(self, defs: ET.Element) -> None:
        """Hatching for what stands on an assumption: dark where critical, light where there is slack."""
        for name, ink in (("assumed", DARK), ("assumed-slack", "#6d8fb8")):
            made = add(
                defs,
                "pattern",
                id=name,
                width=6,
                height=6,
                patternTransform="rotate(45)",
                patternUnits="userSpaceOnUse",
            )
            add(made, "rect", width=6, height=6, fill="#fff")
            add(made, "rect", width=2.6, height=6, fill=ink)
        for name, ink in (("tip", INK), ("tip-grey", GREY)):
            tip = add(defs, "marker", id=name, viewBox="0 0 8 8", refX=7.5, refY=4, orient="auto")
            tip.attrib |= {"markerWidth": "7", "markerHeight": "7", "markerUnits": "userSpaceOnUse"}
            add(tip, "path", d="M0 0.5 8 4 0 7.5z", fill=ink)

    def written(self, wide: float, high: float) -> bytes:
        """The picture, of that size."""
        self.root.set("viewBox", f"0 0 {number(wide)} {number(high)}")
        self.root.set("width", number(wide))
        self.root.set("height", number(high))
        self._ground.set("width", number(wide))
        self._ground.set("height", number(high))
        ET.indent(self.root, "")
        written: bytes = ET.tostring(self.root, "utf-8")
        return written + b"\n"


def number(value: Any) -> str:
    """A number as short as it can be said to a tenth of a pixel."""
    return f"{round(value, 1):g}" if isinstance(value, float) else str(value)


def add(parent: ET.Element, tag: str, text: str | None = None, **attributes: Any) -> ET.Element:
    """An element in another; ``_`` in the names of attributes stands for ``-``, and ``class_`` for ``class``."""
    given = {name.rstrip("_").replace("_", "-"): number(value) for name, value in attributes.items()}
    made = ET.SubElement(parent, tag, given)
    made.text = text
    return made


def group(parent: ET.Element, title: str, role: str = "listitem") -> ET.Element:
    """A group with a title for readers that cannot see it, and for whoever points at it."""
    made = add(parent, "g", role=role)
    add(made, "title", title)
    return made


def words(parent: ET.Element, text: str, x: float, y: float, class_: str = "", anchor: str = "", **more: Any) -> None:
    """A line of text."""
    given = {**({"class_": class_} if class_ else {}), **({"text_anchor": anchor} if anchor else {}), **more}
    add(parent, "text", text, x=x, y=y, **given)


def line(parent: ET.Element, x1: float, y1: float, x2: float, y2: float, stroke: str = RULE, **more: Any) -> None:
    """A straight line."""
    add(parent, "line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, **more)


def halo(parent: ET.Element, text: str, x: float, y: float, size: float, anchor: str = "start", **more: Any) -> None:
    """A line of text on white, to be read over lines."""
    wide = width(text, size) + 4
    left = {"start": x - 2, "middle": x - wide / 2, "end": x - wide + 2}[anchor]
    add(parent, "rect", x=left, y=y - size, width=wide, height=size + 3, fill="#fff")
    words(parent, text, x, y, "d", anchor if anchor != "start" else "", **more)
