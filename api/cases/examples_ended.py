"""Examples of cases that are over, in the documentation (已办结办件示例)."""

from __future__ import annotations

from typing import Any

from api.cases.examples import CASE, RECEIVED

ISSUED: dict[str, Any] = {
    **CASE,
    **{
        "id": "01a213e6-82f0-76c6-8bae-b1f8ffedf512",
        "project": "01a213e6-8226-7718-a837-9b9e5debe496",
        "project_name": "江海精工一期厂房",
        "received_on": "2022-07-29",
        "accepted_on": "2022-08-01",
        "law": {
            "digest": "sha256:f4a2178912506acbc3f5cc6375c18aa8a4571787745d68ad0c160171e36771d3",
            "on": "2022-08-01",
        },
        "state": {"code": "issued", "says": "出具竣工联合验收意见书"},
        "buildings": ["1号厂房", "办公楼"],
        "tasks": [],
        "lists": [],
        "ending": {"kind": "issued", "says": "出具竣工联合验收意见书", "on": "2022-08-05"},
        "certificate": {
            "number": "江海联验字〔2022〕1号",
            "check_code": "T7U4-RER7-229T",
            "status": "in_force",
            "content_hash": "sha256:284e871c161e8f7cd4e7aee686ae04a8a27dce9b9f9a91dcbbf3580bc1991a73",
            "pdf_sha256": "d4054f5f5ac04bf500894c09e7958044a78ef0e873bc607a73f216936419d751",
        },
        "papers": [
            {
                "number": "江海联验字〔2022〕1号",
                "title": "竣工联合验收意见书",
                "item": "",
                "force": "formal",
                "check_code": "T7U4-RER7-229T",
                "issued_on": "2022-08-05",
                "status": "in_force",
                "pdf_sha256": "d4054f5f5ac04bf500894c09e7958044a78ef0e873bc607a73f216936419d751",
            }
        ],
        "history": [
            {
                "entry": 49,
                "at": "2022-08-05T01:30:00.000000+00:00",
                "kind": "issued",
                "title": "出证",
                "actor": "综合窗口 林晓",
                "department": "government_service",
                "task": "issue",
                "documents": ["certificate/01a213e6-82f0-76c6-8bae-b1f8ffedf512#1"],
                "files": [],
                "says": "出具竣工联合验收意见书",
                "legal_instant": None,
            }
        ],
    },
}
REVOKED: dict[str, Any] = {
    **ISSUED,
    **{
        "id": "01a213e6-848a-7418-ac67-4d91f949e0df",
        "project": "01a213e6-8446-75d8-b45a-07abaec37b2c",
        "project_name": "礼乐仓储物流中心改建",
        "received_on": "2022-08-01",
        "accepted_on": "2022-08-02",
        "law": {
            "digest": "sha256:f4a2178912506acbc3f5cc6375c18aa8a4571787745d68ad0c160171e36771d3",
            "on": "2022-08-02",
        },
        "state": {"code": "certificate_withdrawn", "says": "证书已撤回"},
        "buildings": ["1号厂房"],
        "ending": {"kind": "issued", "says": "出具竣工联合验收意见书", "on": "2022-08-08"},
        "certificate": {
            "number": "江海联验字〔2022〕2号",
            "check_code": "8XB8-KC5D-BRBC",
            "status": "withdrawn",
            "content_hash": "sha256:dbcdea53c44ed229bcd6f0a1cafaf1eca6e9e94993e71436fc2eddc69e3594ff",
            "pdf_sha256": "e4df665fc0a63adaf7c71e76d0a32e9d5229ccdc8c4ef14ebe5ceaa7db3f8d4e",
        },
        "papers": [
            {
                "number": "江海联验字〔2022〕2号",
                "title": "竣工联合验收意见书",
                "item": "",
                "force": "formal",
                "check_code": "8XB8-KC5D-BRBC",
                "issued_on": "2022-08-08",
                "status": "withdrawn",
                "pdf_sha256": "e4df665fc0a63adaf7c71e76d0a32e9d5229ccdc8c4ef14ebe5ceaa7db3f8d4e",
            }
        ],
        "history": [
            {
                "entry": 53,
                "at": "2022-08-16T01:30:00.000000+00:00",
                "kind": "certificate_withdrawn",
                "title": "撤回证书",
                "actor": "住建局 周凯",
                "department": "housing_construction",
                "task": None,
                "documents": [],
                "files": [],
                "says": "竣工图与现场不符，经核查原意见所依据的材料不实",
                "legal_instant": None,
            }
        ],
    },
}
"""A case whose certificate was withdrawn."""
WITHDRAWN: dict[str, Any] = {
    **RECEIVED,
    "state": {"code": "case_withdrawn", "says": "工程尚有收尾，另行申请"},
    "tasks": [],
    "missing": {"materials": [], "facts": []},
    "ending": {"kind": "case_withdrawn", "says": "工程尚有收尾，另行申请", "on": "2022-09-01"},
    "history": [],
}
"""A case whose owner withdrew the application."""
