"""Codes whose structure can be checked (编码校验): project code 项目代码 and unified social credit code 统一社会信用代码."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.values import shorten

_PROJECT = re.compile(r"(\d{4})-(\d{6})-(\d{2})-(\d{2})-(\d{5})(\d)", re.ASCII)
_YEARS = tuple(str(year) for year in range(2015, 2021))
"""Time codes that are years: until the switch of November 2020. As YYMM they would be months 15 to 20."""

_SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = tuple(3**i % 31 for i in range(17))
_BODY_SYMBOLS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

PROVINCES = {
    "11": "北京市", "12": "天津市", "13": "河北省", "14": "山西省", "15": "内蒙古自治区", "21": "辽宁省", "22": "吉林省",
    "23": "黑龙江省", "31": "上海市", "32": "江苏省", "33": "浙江省", "34": "安徽省", "35": "福建省", "36": "江西省",
    "37": "山东省", "41": "河南省", "42": "湖北省", "43": "湖南省", "44": "广东省", "45": "广西壮族自治区", "46": "海南省",
    "50": "重庆市", "51": "四川省", "52": "贵州省", "53": "云南省", "54": "西藏自治区", "61": "陕西省", "62": "甘肃省",
    "63": "青海省", "64": "宁夏回族自治区", "65": "新疆维吾尔自治区", "66": "新疆生产建设兵团", "71": "台湾省",
    "81": "香港特别行政区", "82": "澳门特别行政区",
}  # fmt: skip
"""First two digits of GB/T 2260 (and 66, which the Corps uses in project codes)."""

REGIONS = {
    "440000": "广东省", "440700": "江门市", "440703": "蓬江区", "440704": "江海区", "440705": "新会区", "440781": "台山市",
    "440783": "开平市", "440784": "鹤山市", "440785": "恩平市",
}  # fmt: skip
DEPARTMENTS = {"04": "发展改革", "07": "工业和信息化"}
PROJECT_TYPES = {"01": "基本建设", "02": "技术改造"}
REGISTRARS = {
    "11": "国家机关", "12": "事业单位", "51": "社会团体", "52": "民办非企业单位", "53": "基金会", "91": "企业",
    "92": "个体工商户", "93": "农民专业合作社",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CodeCheck:
    """Whether a code is well formed (编码校验结果), why not, and what its parts say. It does not say that it exists."""

    value: Any
    valid: bool
    says: str
    says_en: str
    parts: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self, *, english: bool = False) -> dict[str, Any]:
        """As CONTRACT §5 has it."""
        return {
            "value": self.value,
            "valid": self.valid,
            "says": self.says_en if english else self.says,
            "parts": dict(self.parts),
        }


def check_project_code(value: Any) -> CodeCheck:
    """Check the structure of a project code (项目代码, GB/T 40058-2021): 4-6-2-2-6 digits.

    The check digit's algorithm is not confirmed, so nothing is refused on it. Segment 3 is the department that guides
    the project; in codes of before the switch of November 2020 it is the industry.
    """
    found = _PROJECT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return _bad(
            value,
            "项目代码应为24位数字，按4-6-2-2-6用连字符分段，例如 2203-440704-04-01-123456。",
            "A project code has 24 digits in segments of 4-6-2-2-6, such as 2203-440704-04-01-123456.",
        )
    time, region, third, kind, serial, check = found.groups()
    parts: dict[str, Any] = {"time": time, "region": region, "region_title": region_title(region)}
    old = time in _YEARS
    year, month = (int(time), None) if old else (2000 + int(time[:2]), int(time[2:]))
    parts |= {"time_kind": "year" if old else "month", "year": year, "month": month}
    if old:
        parts |= {"industry": third}
    else:
        parts |= {"department": third, "department_title": DEPARTMENTS.get(third)}
    parts |= {"type": kind, "type_title": PROJECT_TYPES.get(kind), "serial": serial, "check_digit": check}
    if month is not None and (year < 2020 or not 1 <= month <= 12):
        return _bad(
            value,
            f"时间段 {time} 既不是2015至2020的年份，也不是年月（YYMM，2020年起，月份01至12）。",
            f"The time code {time} is neither a year 2015 to 2020 nor a YYMM from 2020 on.",
            parts,
        )
    if not _region_stands(region, central=True):
        return _bad(
            value,
            f"行政区划段 {region} 不是 GB/T 2260 的代码。",
            f"The region {region} is no code of GB/T 2260.",
            parts,
        )
    when = f"{year}年（切换前的代码，第三段为行业）" if old else f"{year}年{month}月"
    place = parts["region_title"] or region
    return CodeCheck(
        value,
        True,
        f"结构符合：{when}，{place}。只核对结构，不核对校验位，也不表明项目存在。",
        "Well formed. Only the structure was checked, not the check digit, nor whether the project exists.",
        parts,
    )


def plain_project_code(text: str) -> str:
    """A project code as it is kept (规范写法): half-width digits, no spaces, hyphens between the segments.

    What is no code even so comes back cleaned alone; :func:`check_project_code` says what is wrong with it.
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    plain = re.sub("[\u2010-\u2015\u2212\u30fc]", "-", plain)
    if re.fullmatch(r"\d{20}", plain, re.ASCII):
        return "-".join((plain[:4], plain[4:10], plain[10:12], plain[12:14], plain[14:]))
    return plain


def check_credit_code(value: Any) -> CodeCheck:
    """Check a unified social credit code (统一社会信用代码, GB 32100-2015) with both its check characters."""
    if not isinstance(value, str) or len(value) != 18:
        return _bad(value, "统一社会信用代码应为18位。", "A unified social credit code has 18 characters.")
    strange = sorted({c for c in value if c not in _SYMBOLS})
    if strange:
        shown = "、".join(shorten(c) if c.isprintable() else repr(c) for c in strange)
        return _bad(
            value,
            f"含有不允许的字符：{shown}（只用数字和大写字母，不用 I、O、S、V、Z）。",
            f"Characters not allowed: {shown} (digits and capital letters, without I, O, S, V and Z).",
        )
    region, body = value[2:8], value[8:17]
    parts: dict[str, Any] = {
        "registrar": value[0],
        "class": value[1],
        "kind_title": REGISTRARS.get(value[:2]),
        "region": region,
        "region_title": region_title(region) if region.isdigit() else None,
        "organisation": body,
        "check": value[17],
    }
    if not region.isdigit() or not (_region_stands(region) or region == "100000"):
        return _bad(
            value,
            f"第3至8位 {region} 不是行政区划代码。",
            f"Characters 3 to 8, {region}, are no region code.",
            parts,
        )
    if (expected := organisation_check(body[:8])) != body[8]:
        return _bad(
            value,
            f"第17位（组织机构代码校验位）应为 {expected}，写的是 {body[8]}。",
            f"Character 17, the check of the organisation code, should be {expected}, not {body[8]}.",
            parts,
        )
    if (expected := credit_check(value[:17])) != value[17]:
        return _bad(
            value,
            f"末位校验码应为 {expected}，写的是 {value[17]}。",
            f"The last character should be {expected}, not {value[17]}.",
            parts,
        )
    title = parts["kind_title"] or "其他"
    return CodeCheck(
        value,
        True,
        f"结构和校验位符合：{title}。不表明单位存在。",
        "Well formed, both check characters are right. This does not say that the body exists.",
        parts,
    )


def credit_check(first: str) -> str:
    """The 18th character for the 17 before it (校验码)."""
    total = sum(w * _SYMBOLS.index(c) for w, c in zip(_WEIGHTS, first, strict=True))
    return _SYMBOLS[(31 - total % 31) % 31]


def organisation_check(body: str) -> str:
    """The 9th character of an organisation code for the 8 before it (GB 11714)."""
    total = sum(w * _BODY_SYMBOLS.index(c) for w, c in zip(_BODY_WEIGHTS, body, strict=True))
    rest = 11 - total % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def region_title(code: str) -> str | None:
    """The name of a region (行政区划名称), as far as it is known: province, city, district."""
    if code[:2] not in PROVINCES:
        return None
    names = [PROVINCES[code[:2]]]
    for key in (code[:4] + "00", code):
        if key in REGIONS and REGIONS[key] not in names:
            names.append(REGIONS[key])
    complete = code in REGIONS or code[2:] == "0000"
    return "".join(names) if complete else None


def _region_stands(code: str, *, central: bool = False) -> bool:
    """Whether a code can be one of GB/T 2260; central departments' projects carry 0000 and a number."""
    if central and code.startswith("0000"):
        return code != "000000"
    if code[:2] not in PROVINCES:
        return False
    return code[2:4] != "00" or code[4:] == "00"


def _bad(value: Any, says: str, says_en: str, parts: Mapping[str, Any] | None = None) -> CodeCheck:
    return CodeCheck(value if isinstance(value, str) else shorten(value), False, says, says_en, parts or {})
