"""Requests about cases in the documentation (请求示例): what one may hand in, and a body for every command on a task."""

from __future__ import annotations

from api.answers import Ask

APPLY = Ask(
    "apply",
    "竣工联合验收申请 An application",
    {
        "service": "joint-acceptance",
        "units": ["1号厂房"],
        "project_name": "外海包装材料厂二期",
        "address": "江门市江海区高新东路 88 号",
        "planning_permit_no": "建字第440704202500018号",
        "construction_permit_no": "440704202503120101",
        "structure": "钢筋混凝土框架结构",
        "completed_on": "2022-08-25",
        "parties": [{"role": "施工单位", "name": "江门第三建筑工程有限公司"}],
        "contact": {"name": "黄先生", "phone": "0750-3860000"},
    },
)
ANSWER = Ask("answer", "已整改 Rectified", {"says": "已更换消防水泵并复测合格，附记录", "files": []})
WITHDRAW = Ask("withdraw", "撤回申请 Withdraw", {"says": "工程尚有收尾，另行申请"})
EXTEND = Ask(
    "extend",
    "全件延长 The whole case",
    {"days": 10, "approved_by": "agency_head", "says": "案情复杂，经机关负责人批准延长"},
)
REVOKE = Ask("withdraw-certificate", "撤回证书 Withdraw a certificate", {"reasons": "竣工图与现场不符，经核查属实"})

DECLARE = Ask(
    "declare-failure",
    "规定修改 A changed rule",
    {"cause": "law_changed", "says": "新的强制性标准自即日起施行，原方案须重新核对", "items": ["B01"], "documents": []},
)

ORDERS = (
    Ask("accept", "受理 Accept", {}),
    Ask("ask_once", "一次告知补正 Ask for everything that is missing, once", {}),
    Ask("refuse", "不予受理 Refuse to take in", {"says": "不属于本窗口受理的事项"}),
    Ask("give.pass", "出具意见：合格 Pass", {"verdict": "pass"}),
    Ask(
        "give.fail",
        "出具意见：不合格 Fail",
        {
            "verdict": "fail",
            "finding": "室内消火栓水压不足",
            "article": "《消防给水及消火栓系统技术规范》GB 50974—2014 第7.4.12条",
            "building": "1号厂房",
        },
    ),
    Ask(
        "give.not_applicable",
        "出具意见：某单体不适用 Does not apply to a building",
        {"verdict": "not_applicable", "finding": "该单体没有地下室", "building": "1号厂房"},
    ),
    Ask("convert", "转正：未变化 Turn formal, unchanged", {"unchanged": True}),
    Ask("sign", "签发他人的拟稿 Sign another's draft", {}),
    Ask("return", "退回拟稿 Send a draft back", {"reasons": "适用条款有误"}),
    Ask("sign_unaffected", "签署不受影响 Sign that a correction changes nothing", {"reasons": "更正只涉及联系人"}),
    Ask("withdraw_opinion", "撤回意见 Withdraw an opinion", {"reasons": "所依据的测绘报告有误，须重新审核"}),
    Ask(
        "stop_clock",
        "停表 Stop the clock",
        {"reason": "expert_review", "written_notice": True, "says": "专家评审需 10 个工作日，已书面告知"},
    ),
    Ask("resume_clock", "恢复计时 Let the clock run on", {}),
    Ask("call", "召集 Call a gathering", {"on": "2022-08-31", "place": "项目现场"}),
    Ask(
        "hold",
        "登记勘验或会议结果 Minute a gathering",
        {
            "attended": ["housing_construction", "natural_resources"],
            "findings": {
                "D02": {"verdict": "pass"},
                "D07": {"verdict": "fail", "finding": "室内消火栓水压不足", "article": "GB 50974—2014 第7.4.12条"},
            },
            "minutes": "现场勘验记录",
        },
    ),
    Ask("issue", "出证 Issue the certificate", {}),
)
"""One for every command on a task and every verdict: the name up to the dot is the command."""
