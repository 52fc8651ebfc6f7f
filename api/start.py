"""The start page (首页): what this is, the example cases as they stand, who signs in as what, and what to try next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get
from litestar.di import NamedDependency

from api.access import Role, verbs
from api.cases import service as cases
from api.pages import page
from api.parts import Parts
from engine.events import Actor, day_of
from engine.procedure import TaskState

ONLOOKER = Actor("", "首页", Role.SUPERVISOR.value)
"""Sees the example cases, and does nothing."""
NOW = (TaskState.OPEN.value, TaskState.CALLED.value, TaskState.STALE.value, TaskState.DRAFTED.value)
COLOURS = {
    "issued": "govuk-tag--green",
    "certificate_withdrawn": "govuk-tag--red",
    "answer_lapsed": "govuk-tag--red",
    "not_passed": "govuk-tag--red",
    "correction": "govuk-tag--yellow",
    "received": "govuk-tag--grey",
}
PARTIES = {"window": "综合窗口"}
MOST_LINES = 4


@get("/", opt=verbs("read_page"), include_in_schema=False)
async def start(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> Response[str]:
    """The start page; the cases are shown in a demo alone."""
    state = request.app.state
    if not state.settings.demo:
        return page(request, "start.html.j2")
    book = parts.shelf.current.as_of(day_of(parts.now()))
    services = {name: service.title for name, service in book.services.items()}
    listed = await cases.listed(parts, ONLOOKER)
    shown = [{**await cases.show(parts, ONLOOKER, c["id"]), "number": c["number"]} for c in listed]
    accounts = state.demo_accounts
    return page(
        request,
        "start.html.j2",
        cases=[_row(case, {**book.departments, **PARTIES}, services) for case in shown],
        accounts=[(a.login, f"{a.name}　{a.says}") for a in accounts],
        password=accounts[0].password if accounts else "",
        tries=_tries(parts.base_url, shown),
    )


def _row(case: Mapping[str, Any], parties: Mapping[str, str], services: Mapping[str, str]) -> dict[str, Any]:
    certificate = case["certificate"]
    check = f"/check?number={quote(certificate['number'])}&code={certificate['check_code']}" if certificate else ""
    return {
        "number": case["number"],
        "project_name": case["project_name"],
        "service": services.get(case["service"], ""),
        "notice": case["simulated"]["notice"] if case["simulated"] and case["state"]["code"] != "issued" else "",
        "state": case["state"]["says"],
        "colour": COLOURS.get(case["state"]["code"], "govuk-tag--blue"),
        "progress": _progress(case),
        "next": _next(case, parties),
        "check": check,
    }


def _progress(case: Mapping[str, Any]) -> str:
    if case["ending"]:
        return f"{case['ending']['on']} 办结"
    done = sum(t["state"] == TaskState.DONE.value for t in case["tasks"])
    running = [c for c in case["clocks"] if not c["item"] and c["due"] and not c["done_on"]]
    due = min(running, key=lambda c: str(c["due"]), default=None)
    says = f"已办 {done} / {len(case['tasks'])} 项"
    return f"{says}；{due['title']}：{due['due']} 届满（{due['lamp_says'] or '未预警'}）" if due else says


def _next(case: Mapping[str, Any], parties: Mapping[str, str]) -> list[str]:
    if case["ending"]:
        return []
    open_now = [t for t in case["tasks"] if t["state"] in NOW]
    lines = [f"{parties.get(t['party'], t['party'])}：{_named(case, t)}" for t in open_now]
    if case["lists"]:
        found = [f["finding"] for f in case["lists"][0]["findings"]]
        lines.insert(0, f"建设单位：整改（{'；'.join(found)}）")
    lines = [*_of_assumptions(case), *lines]
    if case["state"]["code"] == "correction":
        lines = [f"建设单位：补正 {_lacking(case['missing'])}"]
    more = len(lines) - MOST_LINES
    return lines[:MOST_LINES] + ([f"另有 {more} 项"] if more > 0 else [])


def _of_assumptions(case: Mapping[str, Any]) -> list[str]:
    """Which papers are still only assumed once all reviews are done; what failed and is to be done again."""
    if not case["simulated"]:
        return []
    again = {item for failed in case["simulated"]["failures"] for item in failed["to_redo"]}
    lines = [f"已失效、须重新办理：{'、'.join(sorted(again))}"] if again else []
    idle = not any(t["state"] in NOW for t in case["tasks"])
    return lines + [
        f"建设单位：取得{p['title']}之后提交" for p in case["simulated"]["assumptions"] if idle and not p["real"]
    ]


def _named(case: Mapping[str, Any], task: Mapping[str, Any]) -> str:
    titles = {i["id"]: i["title"] for i in case["items"]}
    about = task["about"]
    named = "·".join(w for w in (task["title"], titles.get(about.get("item", ""), ""), about.get("building", "")) if w)
    return f"{named}（{task['says']}）" if task["state"] == TaskState.DRAFTED.value else named


def _lacking(missing: Mapping[str, Sequence[Mapping[str, str]]]) -> str:
    return "、".join(each["title"] for kind in ("materials", "facts") for each in missing[kind])


def _tries(base: str, shown: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """What to try next, as commands to copy."""
    received = next((c for c in shown if c["state"]["code"] == "received"), None)
    issued = next((c for c in shown if c["state"]["code"] == "issued"), None)
    sign_in = (
        f"TOKEN=$(curl -s {base}/api/sign-in -H 'Content-Type: application/json' \\\n"
        '  -d \'{"login": "window", "password": "yichuang-demo"}\' \\\n'
        "  | python3 -c 'import json, sys; print(json.load(sys.stdin)[\"token\"])')"
    )
    tries = [("以综合窗口的身份登录，令牌留在变量里：", sign_in)]
    if received:
        here = f"{base}/api/cases/{received['id']}"
        tries.append(("看自己有哪些任务：", f'curl -s {here}/tasks -H "Authorization: Bearer $TOKEN"'))
        accept = (
            f'curl -s -X POST {here}/tasks/intake/accept -H "Authorization: Bearer $TOKEN" \\\n'
            f"  -H 'Content-Type: application/json' -H 'If-Match: *' -H \"Idempotency-Key: $(date +%s)\" -d '{{}}'"
        )
        tries.append(("受理刚收到的那件（再发一次同样的幂等键，得到同样的答复）：", accept))
    if issued:
        certificate = f"{base}/api/cases/{issued['id']}/certificate"
        tries.append(("下载证书：", f'curl -s {certificate} -H "Authorization: Bearer $TOKEN" -o certificate.pdf'))
        tries.append(("不联网核对文件，再联网核对是否有效：", _verify(base)))
    tries.append(("在命令行看全部办件：", ".venv/bin/yichuang case list"))
    return tries


def _verify(base: str) -> str:
    return (
        ".venv/bin/yichuang certificate verify certificate.pdf\n"
        f"curl -s --data-binary @certificate.pdf -H 'Content-Type: application/pdf' {base}/api/certificates/check"
    )
