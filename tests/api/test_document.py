"""The document as a stranger gets it: what an independent reader sees, and what may never leave the house."""

import hashlib
import re
from typing import Any

import pypdfium2
import pytest

from api.documents.document import render
from engine.errors import InputError
from tests.api.documents import (
    CHECK_URL,
    FORCES,
    FORMS,
    HOSTILE,
    MADE_AT,
    MM,
    NOTICE,
    canonical,
    certificate,
    leaves,
    made,
    pages,
    refusal,
    with_leaves,
    without_spaces,
)

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
