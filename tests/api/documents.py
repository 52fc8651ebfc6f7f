"""Contents that documents are made of in tests, and how their pages are read back (文书的样例)."""

import copy
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pypdfium2
import pytest

from api.documents.document import render

MADE_AT = datetime(2022, 10, 14, 16, 30, tzinfo=timezone(timedelta(hours=8)))
CHECK_URL = "https://example.gov.cn/verify?number=江海联验〔2022〕0001号&code=ABCD-EFGH-JKLM"
NOTICE = "模拟审批·无行政许可效力"
HOSTILE = '#panic("x") $x^2$ *粗* _斜_ <label> @ref \\n `raw` // 注 /* 注 */ ~ -- --- "引" [#sys.inputs] \\#'
MM = 72 / 25.4

ITEMS = [
    ("D01", "建设工程竣工档案预验收", "江海区城市建设档案馆"),
    ("D02", "建设工程规划条件核实", "江门市自然资源局江海分局"),
    ("D03", "建设用地复核验收（土地出让合同履约情况）", "江门市自然资源局江海分局"),
    ("D07", "特殊建设工程消防验收", "江海区住房和城乡建设局"),
    ("D09", "人民防空工程竣工验收备案", "江海区住房和城乡建设局（人民防空办公室）"),
    ("D10", "建设工程质量竣工验收监督", "江海区建设工程质量监督站"),
    ("D11", "房屋建筑和市政基础设施工程竣工验收备案", "江海区住房和城乡建设局"),
    ("D12", "水土保持设施自主验收报备", "江海区农业农村和水利局"),
    ("D13", "城镇排水设施验收（雨污分流、预处理设施、排水接驳口）", "江海区城市管理和综合执法局"),
    ("D14", "防雷装置竣工验收", "江门市气象局"),
    ("D15", "供水设施验收", "示例供水有限公司"),
    ("D16", "供电设施验收", "示例电网有限责任公司江门江海供电局"),
    ("D17", "燃气设施验收", "示例燃气有限公司"),
    ("D18", "通信配套设施验收", "示例通信设施股份有限公司江门市分公司"),
]


def certificate(force: str = "formal") -> dict[str, Any]:
    """A full certificate (联合验收意见书) with rare characters, long names and 14 opinions."""
    opinions: list[dict[str, Any]] = [
        {
            "item": item,
            "title": title,
            "department": department,
            "verdict": "合格",
            "finding": "",
            "signed_by": ("陈喆", "吕堃", "欧阳㙓辉", "黄𬭁")[index % 4],
            "signed_on": f"2022-10-{8 + index % 5:02d}",
            "cite": [{"instrument": "建设工程质量管理条例", "article": "第四十九条"}] if index % 3 else [],
            "entry": 12 + index,
        }
        for index, (item, title, department) in enumerate(ITEMS)
    ]
    opinions[1]["finding"] = "实测建筑面积与规划许可一致，误差 0.3%，在允许范围内；退线及建筑高度均符合规划条件。"
    opinions[3]["finding"] = "功能测试合格。首轮发现的2号厂房疏散指示标志缺失问题已整改，复查合格。"
    opinions[8]["finding"] = HOSTILE
    return {
        "form": "ja-certificate",
        "title": "工程建设项目竣工联合验收意见书",
        "number": "江海联验〔2022〕0001号",
        "check_code": "ABCD-EFGH-JKLM",
        "force": force,
        "issued_on": "2022-10-14",
        "issuer": "江门市江海区住房和城乡建设局（联合验收专用章）",
        "region": "江门市江海区",
        "project": {
            "name": "江海区堃喆精密电子元器件制造（㙓𬭁）有限公司年产三十六亿只片式多层陶瓷电容器及其配套"
            "研发中心扩建项目（一期）",
            "code": "2203-440704-04-01-123456",
            "address": "江门市江海区示例街道高新西路 158 号（31 号地块）",
            "planning_permit_no": "建字第440704202200123号",
            "construction_permit_no": "440704202203160101",
            "structure": "钢筋混凝土框架结构，局部钢结构屋面",
            "floor_area_m2": "36280.55",
            "storeys": "地上 6 层、地下 1 层",
            "scale": "中型",
            "started_on": "2022-03-16",
            "completed_on": "2022-09-16",
        },
        "parties": [
            {"role": "建设单位", "name": "江海区堃喆精密电子元器件制造（㙓𬭁）有限公司"},
            {"role": "勘察单位", "name": "示例地质工程勘察院有限公司"},
            {"role": "设计单位", "name": "示例建筑设计院有限公司"},
            {"role": "施工单位", "name": "示例建筑工程有限公司"},
            {"role": "监理单位", "name": "示例建设监理有限公司"},
        ],
        "contact": {"name": "吕堃", "phone": "0750-0000000"},
        "buildings": [
            {"name": "1号厂房", "use": "丙类厂房", "floor_area_m2": "33280.55", "height_m": "23.90", "storeys": 6},
            {"name": "研发楼", "use": "办公、研发", "floor_area_m2": "3000", "height_m": "18.60", "storeys": 4},
        ],
        "scope": "全部工程",
        "as_built": [{"title": "建筑面积（平方米）", "permitted": "36280.55", "built": "36290", "tolerance": "±1%"}],
        "opinions": opinions,
        "conclusion": "合格",
        "problems": "无。首轮联合勘验提出的 2 项问题已整改完毕，\n经复查合格。",
        "policy": {"version": "2022.09.01", "digest": "sha256:" + "6b1d0f3c" * 8},
        "cite": [{"instrument": "中华人民共和国建筑法", "article": "第六十一条"}],
        "effect": "本意见书作为工程通过竣工联合验收、交付使用以及申请办理不动产首次登记的证明材料。",
    }


def refusal(force: str = "formal") -> dict[str, Any]:
    """A notice of refusal (不予通过通知书)."""
    content = certificate(force) | {
        "form": "refusal",
        "title": "不予通过通知书",
        "conclusion": "不予通过",
        "effect": None,
        "reasons": [
            {
                "item": "D07",
                "says": "防火门未按设计安装闭门器，限期整改后复查仍不合格。",
                "cite": [{"instrument": "中华人民共和国消防法", "article": "第十三条第三款"}],
            },
            {"item": "D02", "says": "研发楼北侧退线小于规划条件。", "cite": None},
        ],
        "remedies": ["六十日内向江海区人民政府申请行政复议。", "六个月内向有管辖权的人民法院提起行政诉讼。"],
    }
    content["opinions"] = content["opinions"][1:4]
    del content["as_built"]
    return content


def canonical(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def made(content: dict[str, Any], check_url: str = CHECK_URL, made_at: datetime = MADE_AT) -> bytes:
    return render(content, body=canonical(content), check_url=check_url, made_at=made_at)


def pages(pdf: bytes) -> list[str]:
    """The text of every page as PDFium reads it, without white space."""
    with pypdfium2.PdfDocument(pdf) as reader:
        return [
            re.sub(r"\s", "", page.get_textpage().get_text_range()).replace("\ufffe", "-").replace("\x02", "-")
            for page in reader
        ]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, (dict, list)):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in pairs:
            yield from leaves(inner, (*path, key))
    else:
        yield path, value


def with_leaves(content: dict[str, Any], value: Any) -> dict[str, Any]:
    """The content with every text that need not be there replaced by one value."""
    changed = copy.deepcopy(content)
    for path, _ in list(leaves(changed)):
        if path[0] not in ("form", "title", "number", "check_code", "force"):
            holder = changed
            for key in path[:-1]:
                holder = holder[key]
            if isinstance(holder, dict) and path[-1] != "cite":
                holder[path[-1]] = value
    return changed


def without_spaces(text: str) -> str:
    return re.sub(r"\s", "", text)


FORMS = pytest.mark.parametrize("make", [certificate, refusal])
FORCES = pytest.mark.parametrize("force", ["formal", "simulated"])
