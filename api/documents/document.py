"""The document that is handed out (文书): content in, PDF/A-3b out, and the content back out of the PDF.

What is printed is read from ``body``, the canonical JSON bytes that are also attached to the file as
``content.json``, so the print and the hashed content cannot differ. The content only ever reaches the
templates as data; nothing in it is read as template source.
"""

from __future__ import annotations

import io
import json
import logging
import threading
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import segno
import typst
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from engine.errors import ApprovalError, Fault, InputError

ATTACHMENT = "content.json"
FORCES = ("formal", "simulated")

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # a stranger's broken file is no news

_FONTS = Path(__file__).resolve().parent / "fonts"
_TEMPLATES = Path(__file__).resolve().parent / "templates"


def _keys(names: str) -> dict[str, Any]:
    return dict.fromkeys(names.split())


# The closed shape of a content. A mapping lists its keys, a one-element list is a list of that, None is a
# text, a whole number, true or false. Every key may be missing or null, save those that a form requires.
# An opinion's ``document`` is its id, for programs; all the rest is printed.
_CITES = [_keys("instrument article")]
_SHARED: dict[str, Any] = {
    **_keys("form title number check_code case force issued_on issuer region scope conclusion problems effect item"),
    "project": _keys(
        "name code address planning_permit_no construction_permit_no structure floor_area_m2 storeys scale "
        "started_on completed_on"
    ),
    "parties": [_keys("role name")],
    "contact": _keys("name phone"),
    "buildings": [_keys("name use floor_area_m2 height_m storeys")],
    "opinions": [
        _keys("item title department verdict finding article signed_by signed_on round entry document converts")
        | {"cite": _CITES}
    ],
    "policy": _keys("version digest"),
    "cite": _CITES,
}
_SIMULATED = _SHARED | {"assumptions": [_keys("document title value tolerance")], "valid_until": None}
_ACCEPTED = _SHARED | {"as_built": [_keys("title permitted built tolerance")]}
_PERMIT = _SHARED | {"permits": [_keys("item title number issued_on")]}
_REASONS = {"reasons": [_keys("item says") | {"cite": _CITES}]}
_REFUSAL = _SHARED | _REASONS | {"remedies": [None], "kept": [None], "kept_says": None}


@dataclass(frozen=True, slots=True)
class DocumentSpec:
    """A kind of document (文书种类): its form, its template, the keys its content may have and must have."""

    form: str
    template: str
    shape: Mapping[str, Any]
    required: tuple[str, ...]


SPECS: Mapping[str, DocumentSpec] = {
    spec.form: spec
    for spec in (
        DocumentSpec("ja-certificate", "certificate.typ", _ACCEPTED, ("title", "force", "number", "check_code")),
        DocumentSpec("simulated-notice", "simulated.typ", _SIMULATED, ("title", "force", "number", "check_code")),
        DocumentSpec("item-permit", "permit.typ", _PERMIT, ("title", "force", "number", "check_code")),
        DocumentSpec("refusal", "refusal.typ", _REFUSAL, ("title", "force")),
    )
}


class MissingGlyphError(ApprovalError):
    """Characters that the fonts cannot print (字库缺字), or that print as nothing; no document is made."""

    code = "missing-glyph"
    title = "字库缺字，不能出证"
    title_en = "The fonts lack a character"

    def __init__(self, places: Mapping[str, str]) -> None:
        """Take each character with the place (JSON pointer) where it was first met."""
        self.characters = tuple(places)
        named = "、".join(f"{_shown(char)}（见于 {pointer}）" for char, pointer in places.items())
        named_en = ", ".join(f"U+{ord(char):04X} at {pointer}" for char, pointer in places.items())
        super().__init__(
            f"文书字库中没有下列字符，未出证：{named}。请核对是否误录；确需使用的，请先为文书补充字库。",
            detail_en=f"The fonts of the document lack: {named_en}. Nothing was issued.",
            errors=[
                Fault(pointer, char, f"字库缺字 {_shown(char)}，请更正或补充字库。", "No glyph for it.")
                for char, pointer in places.items()
            ],
        )


def render(content: Mapping[str, Any], *, body: bytes, check_url: str, made_at: datetime) -> bytes:
    """Print a document (制证): PDF/A-3b with ``body`` attached; the same input always gives the same bytes.

    ``body`` is the canonical JSON of ``content`` (less its ``content_hash``, which must then be the hash of
    ``body``); its SHA-256 is printed and goes into the QR code behind ``check_url`` unless the address names it.
    ``made_at`` becomes the time stamp of the file. A refusal without number and code has no QR code.
    """
    spec, known, address = _printable_content(content, body, check_url)
    if made_at.tzinfo is None:
        raise _wrong("/made_at", "制证时间须带时区。", "The time needs a zone.")
    digest = sha256(body).hexdigest()
    inputs = {
        "content": json.dumps(known, ensure_ascii=False),
        "body": body.decode(),
        "digest": digest,
        "address": address,
        "qr": _qr_svg(qr_text(check_url, digest)),
    }
    with _LOCK:
        pdf = _compiler(spec.template).compile(
            format="pdf", sys_inputs=inputs, pdf_standards="a-3b", timestamp=int(made_at.timestamp())
        )
    if not isinstance(pdf, bytes):
        raise TypeError("typst gave no PDF")
    return pdf


def refuse_unprintable(content: Mapping[str, Any], *, body: bytes, check_url: str) -> None:
    """Refuse what :func:`render` would refuse (制证前核对), without the drawing: the shape, the hash, every character.

    Raises:
        InputError: the content is not of the closed shape, or not what ``body`` says.
        MissingGlyphError: a character that no font of ours has.
    """
    _printable_content(content, body, check_url)


def _printable_content(
    content: Mapping[str, Any], body: bytes, check_url: str
) -> tuple[DocumentSpec, dict[str, Any], str]:
    spec, known = _checked(content, body)
    address = _ascii_address(check_url)
    _refuse_missing_glyphs([*_texts(known), ("/check_url", address)])
    return spec, known, address


def read_content(pdf: bytes) -> bytes | None:
    """Return the content attached to a document (附件 content.json) as it was hashed, or None.

    None for anything that is not a readable PDF with exactly one such attachment. Says nothing about whether
    the content is genuine: compare its hash with the ledger.
    """
    try:
        found = PdfReader(io.BytesIO(pdf)).attachments.get(ATTACHMENT, [])
    except Exception:  # whatever a malformed file provokes in the reader means: no content
        return None
    return found[0] if len(found) == 1 else None


def prints(pdf: bytes, digest: str) -> bool:
    """Whether every page bears this hash in its foot (页脚摘要): only then do print and attachment belong together."""
    foot = f"摘要{digest[:8]}…{digest[-8:]}"
    try:
        pages = ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]
    except Exception:  # as above: what cannot be read bears nothing
        return False
    return bool(pages) and all(foot in page for page in pages)


def qr_text(check_url: str, digest: str) -> str:
    """Return what the QR code says: the address in ASCII, the content's hash behind it unless it is in it."""
    address = _ascii_address(check_url)
    return address if digest in address else f"{address}{'&' if '#' in address else '#'}sha256={digest}"


def _checked(content: Mapping[str, Any], body: bytes) -> tuple[DocumentSpec, dict[str, Any]]:
    """Return the kind of document and the content as it stands in ``body``, or say all that is wrong."""
    try:
        # Whole numbers stay as they are written, so that a long one is not printed as a rounded one.
        known = json.loads(body.decode(), parse_int=str)
        said = {key: value for key, value in content.items() if key != "content_hash"}
        same = known == json.loads(json.dumps(said), parse_int=str)
    except (ValueError, TypeError) as error:
        raise _wrong("", f"文书内容不是规范的 JSON：{error}", str(error)) from error
    hashed = f"sha256:{sha256(body).hexdigest()}"
    if not same or content.get("content_hash", hashed) != hashed:
        raise _wrong("", "印制内容与所附规范化内容不一致，未出证。", "Content and body differ.")
    spec = SPECS.get(str(known.get("form")))
    if spec is None:
        raise _wrong("/form", f"没有这种文书，可用：{'、'.join(SPECS)}。", "No such form.")
    shape = {**spec.shape, "scope": [None]} if isinstance(known.get("scope"), list) else spec.shape
    faults = list(_shape_faults(known, shape, ""))
    for key in spec.required:
        if not isinstance(known.get(key), str) or not known[key].strip():
            faults.append(Fault(f"/{key}", known.get(key), "必填，须为文字。", "Required text."))
    if known.get("force") not in FORCES:
        faults.append(Fault("/force", known.get("force"), f"须为 {' 或 '.join(FORCES)}。", "No such force."))
    if faults:
        raise InputError(faults)
    return spec, known


def _shape_faults(value: Any, shape: Any, pointer: str) -> Iterator[Fault]:
    if isinstance(shape, Mapping) and isinstance(value, dict):
        for key, inner in value.items():
            if key not in shape:
                yield Fault(f"{pointer}/{key}", inner, "文书没有这一栏，请删去。", "No such field.")
            elif inner is not None:
                yield from _shape_faults(inner, shape[key], f"{pointer}/{key}")
    elif isinstance(shape, list) and isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _shape_faults(inner, shape[0], f"{pointer}/{index}")
    elif shape is not None or not isinstance(value, (str, bool)):
        yield Fault(pointer, value, "类型不符：小数写作文字，列表和对象按文书格式。", "Wrong type.")


def _wrong(pointer: str, fix: str, fix_en: str) -> InputError:
    return InputError([Fault(pointer, None, fix, fix_en)])


def _texts(value: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Give every text of the content with the place it stands in."""
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, (dict, list)):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(inner, f"{pointer}/{key}")


def _refuse_missing_glyphs(texts: list[tuple[str, str]]) -> None:
    missing: dict[str, str] = {}
    for pointer, text in texts:
        for char in text:
            if char not in "\n\r\t" and ord(char) not in _printable():
                missing.setdefault(char, pointer)
    if missing:
        raise MissingGlyphError(missing)


def _shown(char: str) -> str:
    return f"“{char}”U+{ord(char):04X}" if char.isprintable() else f"U+{ord(char):04X}"


def _ascii_address(url: str) -> str:
    return quote(url, safe="%/:?#[]@!$&'()*+,;=~")


def _qr_svg(text: str) -> str:
    """Draw a full QR code (never Micro QR or Kanji mode, which many readers cannot read), error level M."""
    out = io.BytesIO()
    segno.make_qr(text, error="m", boost_error=False).save(out, kind="svg", border=4, xmldecl=False)
    return out.getvalue().decode()


@cache
def _printable() -> frozenset[int]:
    """Return the code points that both weights have, less those that print as nothing or turn text round."""
    cmaps: list[set[int]] = []
    for weight in ("Regular", "Bold"):
        with TTFont(_FONTS / f"NotoSerifSC-{weight}.ttf", lazy=True) as font:
            cmaps.append(set(font.getBestCmap()))
    return frozenset(c for c in set.intersection(*cmaps) if unicodedata.category(chr(c))[0] != "C")


@cache
def _compiler(template: str) -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_FONTS)])
    return typst.Compiler(str(_TEMPLATES / template), root=str(_TEMPLATES), font_paths=fonts, ignore_system_fonts=True)


_LOCK = threading.Lock()  # a compiler keeps the inputs of its last run
