"""Example of a parcel's public conditions in the documentation (宗地条件示例)."""

from __future__ import annotations

from typing import Any

from api.parcels.service import SAYS, SAYS_EN

CONDITIONS: dict[str, Any] = {
    "parcel": "JH-2022-07",
    "conditions": [
        {
            "paper": "land-contract",
            "title": "国有建设用地使用权出让合同",
            "stated_on": "2022-09-01",
            "fields": {
                "土地用途": "一类工业用地",
                "宗地编号": "JH-2022-07",
                "宗地面积（m²）": "30000",
                "容积率上限": "3",
                "建筑限高（m）": "40",
                "用地红线图号": "红线图-07",
                "规划条件文号": "江海规条〔2022〕7号",
            },
        }
    ],
    "says": SAYS,
    "says_en": SAYS_EN,
    "as_of": "2022-09-01T01:00:00+00:00",
}
