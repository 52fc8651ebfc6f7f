"""The document as a stranger gets it: what an independent reader sees, and what may never leave the house."""

import copy
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import segno
from fontTools.ttLib import TTFont
from pypdf import PdfReader, PdfWriter

from api.documents import document
from api.documents.document import MissingGlyphError, qr_text, read_content, render
from engine.errors import ApprovalError, InputError

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


# ------------------------------------------------------------------------------------------ what can be read


@FORMS
@FORCES
def test_every_text_of_the_content_is_printed_code_point_by_code_point(make: Any, force: str) -> None:
    content = make(force)
    text = "".join(pages(made(content)))
    for path, value in leaves(content):
        if value is None or path[0] in ("form", "force"):
            continue
        shown = str(value)
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", shown):
            year, month, day = map(int, shown.split("-"))
            shown = f"{year}年{month}月{day}日"
        assert without_spaces(shown) in text, path


def test_rare_characters_come_back_as_themselves_and_not_as_lookalikes() -> None:
    content = certificate()
    content["problems"] = "堃喆㙓𬭁𬱖𫖯〇○，金⾦，#$*_<@\\"
    text = "".join(pages(made(content)))
    assert content["problems"] in text
    content["problems"] = "堃喆㙓𬭁𬱖𫖯〇○，金，#$*_<@\\"
    strangers = re.findall("[\u2e80-\u2fdf\uf900-\ufaff]", "".join(pages(made(content))))
    assert strangers == []  # no radical or compatibility ideograph that nobody wrote


def test_template_source_in_a_name_is_printed_and_not_run() -> None:
    content = with_leaves(certificate(), HOSTILE)
    content |= {"title": HOSTILE, "number": HOSTILE, "check_code": HOSTILE}
    text = "".join(pages(made(content)))
    assert text.count(without_spaces(HOSTILE)) > 100


def test_the_opinions_run_over_several_pages_each_numbered() -> None:
    texts = pages(made(certificate()))
    assert len(texts) >= 2
    assert sum("主管部门" in text for text in texts) >= 2  # the head of the table is repeated
    for number, text in enumerate(texts, 1):
        assert f"第{number}页共{len(texts)}页" in text
        assert "江海联验〔2022〕0001号" in text


def test_number_code_hash_and_address_are_printed() -> None:
    content = certificate()
    digest = hashlib.sha256(canonical(content)).hexdigest()
    last = pages(made(content))[-1]
    assert digest in last
    assert f"SHA-256{digest[:8]}…{digest[-8:]}" in last
    assert "https://example.gov.cn/verify?number=%E6%B1%9F%E6%B5%B7" in last
    assert "联合验收专用章（用章处，以电子印章为准）" in last


def test_a_refusal_names_reasons_articles_and_remedies() -> None:
    text = "".join(pages(made(refusal())))
    assert "不予通过的理由" in text
    assert "《中华人民共和国消防法》第十三条第三款" in text
    assert "（一）六十日内向江海区人民政府申请行政复议。" in text
    assert "（二）六个月内向有管辖权的人民法院提起行政诉讼。" in text


# -------------------------------------------------------------------------------------------- what may be left out


@FORMS
@pytest.mark.parametrize("value", [None, "", 7, True], ids=["null", "empty", "number", "true"])
def test_optional_values_of_any_kind_never_print_a_word_of_the_program(make: Any, value: Any) -> None:
    content = with_leaves(make(), value)
    text = "".join(pages(made(content)))
    assert not re.search("None|none|null|true|auto", text)
    if value in (None, ""):
        assert "项目名称—" in text


@FORMS
def test_a_document_with_nothing_but_its_identity_still_prints(make: Any) -> None:
    content = {key: make()[key] for key in ("form", "title", "number", "check_code", "force")}
    text = "".join(pages(made(content)))
    assert "项目名称—" in text
    assert "None" not in text


def test_a_whole_number_is_printed_to_the_last_digit() -> None:
    content = certificate()
    content["opinions"][0]["entry"] = 123456789012345678901234
    assert "台账第123456789012345678901234条" in "".join(pages(made(content)))


def test_case_round_and_broken_article_are_printed_where_there_are_any() -> None:
    content = certificate() | {"case": "JA-2022-0007"}
    content["opinions"][0] |= {"round": 2, "article": "《消防法》第二十八条", "document": "doc-17"}
    content["opinions"][1] |= {"round": 1, "article": ""}
    text = "".join(pages(made(content)))
    assert "办件编号JA-2022-0007" in text
    assert "D01台账第12条第2轮" in text
    assert "不符合：《消防法》第二十八条" in text
    assert text.count("不符合：") == 1
    assert "第1轮" not in text


def test_a_refusal_without_a_number_goes_by_its_case_and_leads_to_no_page() -> None:
    content = refusal() | {"number": None, "check_code": None, "case": "JA-2022-0007"}
    content |= {"kept": ["建设工程规划条件核实"], "kept_says": "工程未变的，已合格的意见继续有效。"}
    texts = pages(made(content))
    assert all("文号办件JA-2022-0007" in text for text in texts)
    assert "可以保留的结果建设工程规划条件核实工程未变的，已合格的意见继续有效。" in "".join(texts)
    assert "查验网址" not in texts[-1]
    assert hashlib.sha256(canonical(content)).hexdigest() in texts[-1]


def test_a_content_may_name_its_own_hash_and_then_names_the_right_one() -> None:
    content = certificate()
    body = canonical(content)
    named = content | {"content_hash": f"sha256:{hashlib.sha256(body).hexdigest()}"}
    assert render(named, body=body, check_url=CHECK_URL, made_at=MADE_AT) == made(content)
    with pytest.raises(InputError, match="不一致"):
        render(named | {"content_hash": "sha256:00"}, body=body, check_url=CHECK_URL, made_at=MADE_AT)


def test_a_scope_may_be_a_list_of_units() -> None:
    content = certificate() | {"scope": ["1号厂房", "研发楼"]}
    assert "办理范围1号厂房、研发楼" in "".join(pages(made(content)))


@FORMS
def test_nothing_runs_over_the_margins(make: Any) -> None:
    content = with_leaves(make(), "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" * 2 + "，" + "长" * 60)
    content["opinions"][0]["finding"] = "一项很长的意见，跨页也须全部印出。\n" * 150 + "完"
    pdf = made(content)
    assert "".join(pages(pdf)).count("一项很长的意见，跨页也须全部印出。") >= 145  # some straddle two pages
    with pypdfium2.PdfDocument(pdf) as reader:
        for page in reader:
            text = page.get_textpage()
            for index in range(text.count_chars()):
                left, bottom, right, top = text.get_charbox(index)
                assert 22 * MM - 1 < left <= right < 188 * MM + 1, (index, text.get_text_range(index, 20))
                assert 10 * MM < bottom <= top < 287 * MM


# ------------------------------------------------------------------------------------------- simulated or formal


def test_every_page_of_a_simulated_document_says_so_across_and_in_its_head() -> None:
    for make in (certificate, refusal):
        for text in pages(made(make("simulated"))):
            assert text.count(NOTICE) >= 2
            marks = text.replace("-", "").count("模拟审批")
            assert marks >= 4  # head and three watermarks


def test_a_formal_document_never_carries_the_notice() -> None:
    for make in (certificate, refusal):
        assert "模拟" not in "".join(pages(made(make())))


def test_a_simulated_document_has_no_place_for_the_seal() -> None:
    assert "（用章处" not in "".join(pages(made(certificate("simulated"))))
    assert "模拟审批专用章" in pages(made(certificate("simulated")))[-1]


def test_the_title_of_a_simulated_document_has_another_colour() -> None:
    def pixels(pdf: bytes, first: int, last: int) -> int:
        with pypdfium2.PdfDocument(pdf) as reader:
            bitmap = reader[0].render(scale=1, rev_byteorder=True)
            data, step = bytes(bitmap.buffer), bitmap.n_channels
        channels = (data[first::step], data[last::step])
        return sum(a > 140 and b < 60 for a, b in zip(*channels, strict=True))

    red, blue = 0, 2
    assert pixels(made(certificate()), red, blue) > 300
    assert pixels(made(certificate("simulated")), red, blue) == 0


@pytest.mark.parametrize("force", [None, "", "FORMAL", "draft", True])
def test_what_is_neither_formal_nor_simulated_is_not_printed(force: Any) -> None:
    with pytest.raises(InputError) as caught:
        made(certificate() | {"force": force})
    assert any(fault.pointer == "/force" for fault in caught.value.errors)


# ------------------------------------------------------------------------------------------------ what is attached


@FORMS
@FORCES
def test_the_attached_bytes_are_the_hashed_bytes(make: Any, force: str) -> None:
    content = make(force)
    pdf = made(content)
    assert read_content(pdf) == canonical(content)
    with pypdfium2.PdfDocument(pdf) as reader:  # and a second reader agrees
        assert reader.count_attachments() == 1
        attached = reader.get_attachment(0)
        assert attached.get_name() == "content.json"
        assert bytes(attached.get_data()) == canonical(content)


def test_the_file_says_pdf_a_3b_and_keeps_what_that_asks() -> None:
    reader = PdfReader(io.BytesIO(made(certificate())))
    root: Any = reader.trailer["/Root"]
    xmp = root["/Metadata"].get_data().decode()
    assert "<pdfaid:part>3<" in xmp
    assert "<pdfaid:conformance>B<" in xmp
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert root["/AF"][0]["/AFRelationship"] == "/Data"
    assert root["/AF"][0]["/EF"]["/F"]["/Subtype"] == "/application/json"
    assert root["/Lang"] == "zh-CN"
    assert reader.metadata is not None
    assert reader.metadata.title == "工程建设项目竣工联合验收意见书 江海联验〔2022〕0001号"
    sheets: list[Any] = list(reader.pages)
    fonts = [font.get_object() for sheet in sheets for font in sheet["/Resources"]["/Font"].values()]
    assert {re.sub(r"^/[A-Z]{6}\+", "", font["/BaseFont"]) for font in fonts} == {
        "NotoSerifSC-Regular",
        "NotoSerifSC-Bold",
    }
    assert all("/ToUnicode" in font for font in fonts)


def test_a_file_that_is_no_document_has_no_content() -> None:
    pdf = made(certificate())
    blank = PdfWriter()
    blank.add_blank_page(100, 100)
    for attached in range(3):
        out = io.BytesIO()
        blank.write(out)
        assert (read_content(out.getvalue()) is not None) == (attached == 1)
        blank.add_attachment("content.json", b"{}")  # a second of the same name makes it doubtful: None again
    for bad in (b"", b"%PDF-1.7", b"\x00" * 5000, pdf[:1000]):
        assert read_content(bad) is None


# ------------------------------------------------------------------------------------------- the same input again


def test_the_same_input_gives_the_same_bytes_in_any_process_and_zone() -> None:
    content = certificate()
    first = made(content)
    assert made(content) == first
    assert made(content, made_at=MADE_AT.astimezone(timezone(timedelta(hours=-9)))) == first
    script = (
        "import sys; from tests.api.test_document import certificate, made;sys.stdout.buffer.write(made(certificate()))"
    )
    root = Path(document.__file__).parents[2]
    for zone, seed in (("Pacific/Kiritimati", "1"), ("America/Anchorage", "2")):
        environment = os.environ | {"TZ": zone, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)}
        other = subprocess.run(
            [sys.executable, "-c", script], env=environment, cwd="/", stdout=subprocess.PIPE, check=True
        )
        assert other.stdout == first


def test_another_content_or_time_gives_other_bytes() -> None:
    content = certificate()
    assert made(content, made_at=MADE_AT + timedelta(seconds=1)) != made(content)
    assert made(content | {"conclusion": "不合格"}) != made(content)


def test_documents_made_side_by_side_do_not_mix() -> None:
    contents = [make(force) | {"number": f"江海联验〔2022〕{index:04d}号"}
                for index, (make, force) in enumerate([(certificate, "formal"), (refusal, "simulated")] * 6)]  # fmt: skip
    expected = [made(content) for content in contents]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(made, contents)) == expected


def test_a_warm_rendering_takes_well_under_a_third_of_a_second() -> None:
    content = certificate()
    made(content)
    took = []
    for index in range(5):
        content["check_code"] = f"ABCD-EFGH-{index:04d}"
        start = time.process_time()  # what else the machine does is not counted
        made(content)
        took.append(time.process_time() - start)
    assert min(took) < 0.3


# ------------------------------------------------------------------------------------------------------- characters


def test_a_character_that_no_font_has_is_named_with_its_place() -> None:
    content = certificate()
    content["project"]["name"] = "𠮷野厂房"
    content["opinions"][2]["signed_by"] = "王\u202e五"
    with pytest.raises(MissingGlyphError) as caught:
        made(content)
    assert isinstance(caught.value, ApprovalError)
    assert set(caught.value.characters) == {"𠮷", "\u202e"}
    assert "“𠮷”U+20BB7（见于 /project/name）" in str(caught.value)
    assert "U+202E（见于 /opinions/2/signed_by）" in str(caught.value)
    assert {fault.pointer for fault in caught.value.errors} == {"/project/name", "/opinions/2/signed_by"}


@pytest.mark.parametrize("char", ["\x00", "\x1b", "\x7f", "\xad", "\u200b", "\u2028", "\u2067", "\ufeff", "\ue000"])
def test_what_prints_as_nothing_or_turns_the_text_round_is_refused(char: str) -> None:
    with pytest.raises(MissingGlyphError):
        made(certificate() | {"problems": f"无{char}。"})


def test_line_breaks_and_tabs_are_layout_and_not_missing_characters() -> None:
    text = "".join(pages(made(certificate() | {"problems": "一\r\n二\r三\n四\t五"})))
    assert "一二三四五" in text


def test_the_fonts_have_every_character_of_the_templates() -> None:
    folder = Path(document.__file__).parent
    fonts = []
    for path in (folder / "fonts").glob("*.ttf"):
        with TTFont(path, lazy=True) as font:
            fonts.append(set(font.getBestCmap()))
    written = set("".join(path.read_text("utf-8") for path in (folder / "templates").glob("*.typ"))) - {"\n"}
    assert len(fonts) == 2
    assert [char for char in written if any(ord(char) not in font for font in fonts)] == []


# --------------------------------------------------------------------------------------------------------- the edge


def test_print_and_attachment_cannot_differ() -> None:
    content = certificate()
    with pytest.raises(InputError, match="不一致"):
        render(content, body=canonical(content | {"conclusion": "不合格"}), check_url=CHECK_URL, made_at=MADE_AT)
    for body in (b"", b"\xff", b"[]", b"{"):
        with pytest.raises(InputError):
            render(content, body=body, check_url=CHECK_URL, made_at=MADE_AT)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"reasons": []}, "/reasons"),
        ({"colour": "红"}, "/colour"),
        ({"contact": {"email": "a@b"}}, "/contact/email"),
        ({"project": "某项目"}, "/project"),
        ({"parties": [None]}, "/parties/0"),
        ({"buildings": [{"floor_area_m2": 12.5}]}, "/buildings/0/floor_area_m2"),
        ({"number": " "}, "/number"),
        ({"check_code": None}, "/check_code"),
        ({"form": "licence"}, "/form"),
    ],
)
def test_a_content_of_another_shape_is_refused_at_its_place(change: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InputError) as caught:
        made(certificate() | change)
    assert pointer in [fault.pointer for fault in caught.value.errors]


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(InputError, match="时区"):
        made(certificate(), made_at=MADE_AT.replace(tzinfo=None))


# ------------------------------------------------------------------------------------------------------ the QR code


def test_the_code_says_the_ascii_address_and_the_hash() -> None:
    digest = "ab" * 32
    assert qr_text("https://a.cn/证?c=1", digest) == f"https://a.cn/%E8%AF%81?c=1#sha256={digest}"
    assert qr_text("https://a.cn/%E8%AF%81#x", digest) == f"https://a.cn/%E8%AF%81#x&sha256={digest}"
    assert qr_text(f"https://a.cn/{digest}", digest) == f"https://a.cn/{digest}"


def test_the_printed_code_has_the_modules_of_a_full_qr_code() -> None:
    content = certificate()
    text = qr_text(CHECK_URL, hashlib.sha256(canonical(content)).hexdigest())
    expected = segno.make_qr(text, error="m", boost_error=False)
    assert text.isascii()
    assert expected.error == "M"
    assert not expected.is_micro
    modules = len(expected.matrix)
    quiet = 4
    with pypdfium2.PdfDocument(made(content)) as reader:
        page = reader[len(reader) - 1]
        (drawing,) = (
            matrix
            for matrix in (found.get_matrix() for found in page.get_objects(max_depth=5))
            if abs(matrix.a * (modules + 2 * quiet) - 30 * MM) < 0.5  # 30 mm with its quiet zone
        )
        scale = 8
        bitmap = page.render(scale=scale, grayscale=True)
        data, stride, height = bytes(bitmap.buffer), bitmap.stride, page.get_height()
    for row in range(-quiet, modules + quiet):
        for column in range(-quiet, modules + quiet):
            x = drawing.e + drawing.a * (column + quiet + 0.5)
            y = height - (drawing.f + drawing.d * (row + quiet + 0.5))
            inside = 0 <= row < modules and 0 <= column < modules
            dark = data[int(y * scale) * stride + int(x * scale)] < 128
            assert dark == (inside and bool(expected.matrix[row][column])), (row, column)
