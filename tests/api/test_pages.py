"""Pages as a browser gets them: well-formed, told apart for everybody, nothing from elsewhere; and the check in all four ways."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from api.certificates.service import LARGEST_FILE
from api.demo import ACCOUNTS, PASSWORD
from tests.api.service import InThread, serving
from tests.databases import sqlite_url

PAGES = ("/", "/check", "/api/docs", "/nowhere")
VOID = frozenset({"meta", "link", "input", "br", "img", "hr"})


@dataclass
class Page(HTMLParser):
    """A page as it was read: each start tag with its attributes, the text, and tags that were not closed in order."""

    source: str
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: str = ""
    faults: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.source)
        self.close()
        self.faults += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One that opens."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """One that closes."""
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        """Text."""
        self.text += data

    def all(self, *names: str) -> list[dict[str, str]]:
        """The attributes of each such tag."""
        return [attributes for tag, attributes in self.tags if tag in names]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InThread]:
    folder: Path = tmp_path_factory.mktemp("demo")
    with serving(folder, sqlite_url(folder / "demo.sqlite3"), demo=True) as running:
        yield running


@pytest.fixture
def browser(service: InThread) -> Iterator[httpx.Client]:
    with service.visitor() as visitor:
        visitor.headers["Accept"] = "text/html"
        yield visitor


def certificate_of(service: InThread, project: str) -> bytes:
    """The stored file of an example case."""
    with service.client("window", PASSWORD) as window:
        (case,) = (c["id"] for c in window.get("/api/cases").json()["cases"] if c["project_name"] == project)
        answer = window.get(f"/api/cases/{case}/certificate")
    assert answer.headers["content-type"] == "application/pdf"
    return answer.content


def links_to_checks(browser: httpx.Client) -> list[str]:
    return [a["href"] for a in Page(browser.get("/").text).all("a") if a["href"].startswith("/check?")]


def standing(answer: httpx.Response) -> str:
    found = re.search(r"yc-result--(\w+)", answer.text)
    assert answer.status_code == 200 and found, answer.text
    return found[1]


def sent(browser: httpx.Client, content: bytes) -> httpx.Response:
    return browser.post("/check", files={"file": ("证书.pdf", content, "application/pdf")})


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_and_has_what_readers_need(browser: httpx.Client, path: str):
    page = Page(browser.get(path).text)
    assert page.faults == []
    assert [a["lang"] for a in page.all("html")] == ["zh-CN"]
    assert len(page.all("title")) == len(page.all("h1")) == len(page.all("main")) == 1
    labels = {a["for"] for a in page.all("label")}
    assert {a["id"] for a in page.all("input", "select", "textarea") if a.get("type") != "hidden"} <= labels
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    named = [
        word for _, a in page.tags for key in ("aria-describedby", "aria-labelledby") for word in a.get(key, "").split()
    ]
    assert set(named) <= set(ids)
    assert all(a.get("scope") in ("col", "row") for a in page.all("th"))


@pytest.mark.parametrize("path", PAGES)
def test_nothing_comes_from_elsewhere_and_nothing_is_dead(browser: httpx.Client, path: str):
    page = Page(browser.get(path).text)
    assert page.all("script", "iframe", "style") == []
    used = [a[key] for _, a in page.tags for key in ("href", "src", "action") if key in a]
    assert [address for address in used if not address.startswith(("/", "#"))] == []
    anchors = {f"#{a['id']}" for _, a in page.tags if "id" in a}
    assert {address for address in used if address.startswith("#")} <= anchors
    assert all(browser.get(address).status_code == 200 for address in set(used) if address.startswith("/"))


def test_the_start_page_shows_the_example_cases_and_who_signs_in(service: InThread, browser: httpx.Client):
    text = browser.get("/").text
    with service.client("window", PASSWORD) as window:
        cases = window.get("/api/cases").json()["cases"]
    assert len(cases) == 9
    assert all(c["project_name"] in text and c["number"] in text for c in cases)
    assert all(a.login in text and a.says in text for a in ACCOUNTS)
    for state in ("待受理", "待补正", "办理中", "证书已撤回"):
        assert state in text
    assert text.count("模拟审批，无行政许可效力") == 2
    assert "建设单位：取得国有建设用地使用权出让合同之后提交" in text and "已失效、须重新办理：B01、B02、C01" in text


def test_check_by_number_and_code(browser: httpx.Client):
    answers = [browser.get(link) for link in links_to_checks(browser)]
    assert sorted(map(standing, answers)) == ["in_force", "withdrawn"]
    (withdrawn,) = (a for a in answers if standing(a) == "withdrawn")
    assert "竣工图与现场不符" in withdrawn.text
    assert all("（北京时间）" in a.text for a in answers)


def test_a_wrong_code_looks_like_no_such_number(browser: httpx.Client):
    number = httpx.URL(links_to_checks(browser)[0]).params["number"]
    wrong = [
        browser.get("/check", params={"number": n, "code": "AAAA-BBBB-CCCC"}) for n in (number, "江海联验字〔2000〕9号")
    ]
    assert [standing(answer) for answer in wrong] == ["unknown", "unknown"]
    assert "江海精工" not in wrong[0].text


def test_what_was_typed_is_shown_as_text(browser: httpx.Client):
    answer = browser.get("/check", params={"number": "<script>x</script>\"'", "code": "x"})
    assert standing(answer) == "unknown"
    assert Page(answer.text).all("script") == []


def test_check_by_file(service: InThread, browser: httpx.Client):
    good, gone = (certificate_of(service, name) for name in ("江海精工一期厂房", "礼乐仓储物流中心改建"))
    files = {"in_force": good, "withdrawn": gone, "changed": good + b"\n", "unknown": b"%PDF-1.7 of somebody else"}
    assert {wanted: standing(sent(browser, content)) for wanted, content in files.items()} == {w: w for w in files}


def test_no_file_is_a_clear_word(browser: httpx.Client):
    for answer in (browser.post("/check", data={"file": "x"}), browser.post("/check", files={"other": b"x"})):
        assert answer.status_code == 422
        assert "请选择要核对的 PDF 文件。" in Page(answer.text).text


def test_too_large_a_file_is_a_clear_word(browser: httpx.Client):
    answer = sent(browser, bytes(LARGEST_FILE + 128 * 1024))
    assert answer.status_code == 413
    assert "超过大小上限" in Page(answer.text).text
    assert "20 MB" in Page(answer.text).text
