"""Examples of certificates in the documentation (证书示例): taken from the example cases, and shortened."""

from __future__ import annotations

from typing import Any

CHECK: dict[str, Any] = {
    "standing": "in_force",
    "title": "真实有效",
    "says": "本系统出具过这份证书，截至查询时有效。",
    "force": "formal",
    "notice": None,
    "content": {
        "buildings": [{"floor_area_m2": 3200, "height_m": 18, "name": "1号厂房", "storeys": 3, "use": "生产加工车间"}],
        "case": "01a213e6-82f0-76c6-8bae-b1f8ffedf512",
        "check_code": "T7U4-RER7-229T",
        "cite": [],
        "conclusion": "合格",
        "contact": {"name": "黄先生", "phone": "0750-3860000"},
        "content_hash": "sha256:284e871c161e8f7cd4e7aee686ae04a8a27dce9b9f9a91dcbbf3580bc1991a73",
        "effect": "本意见书可作为工程投入使用、办理竣工验收备案和不动产首次登记的验收证明；竣工验收备案另行办理。",
        "force": "formal",
        "form": "ja-certificate",
        "issued_on": "2022-08-05",
        "issuer": "政务服务综合窗口",
        "number": "江海联验字〔2022〕1号",
        "opinions": [
            {
                "article": "",
                "cite": [{"article": "第四十五条第一款", "instrument": "中华人民共和国城乡规划法"}],
                "department": "自然资源部门",
                "document": "opinion/D02/01a213e6-82f0-76c6-8bae-b1f8ffedf512#1",
                "entry": 38,
                "finding": "",
                "item": "D02",
                "round": 1,
                "signed_by": "自然资源局 何静",
                "signed_on": "2022-08-03",
                "title": "建设工程规划条件核实",
                "verdict": "合格",
            }
        ],
        "parties": [{"name": "江门第三建筑工程有限公司", "role": "施工单位"}],
        "policy": {
            "digest": "sha256:f4a2178912506acbc3f5cc6375c18aa8a4571787745d68ad0c160171e36771d3",
            "version": "2022.1",
        },
        "project": {
            "address": "江门市江海区高新东路 88 号",
            "code": None,
            "completed_on": "2022-07-29",
            "construction_permit_no": "440704202503120101",
            "floor_area_m2": 5000,
            "name": "江海精工一期厂房",
            "planning_permit_no": "建字第440704202500018号",
            "scale": None,
            "started_on": None,
            "storeys": 5,
            "structure": "钢筋混凝土框架结构",
        },
        "region": "江海区",
        "scope": "全部工程",
        "title": "竣工联合验收意见书",
    },
    "withdrawn_on": None,
    "reasons": None,
    "pdf_sha256": "d4054f5f5ac04bf500894c09e7958044a78ef0e873bc607a73f216936419d751",
    "as_of": "2022-09-01T01:00:00.000000+00:00",
}
