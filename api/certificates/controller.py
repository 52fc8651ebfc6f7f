"""Certificates over HTTP (证书接口): download by those concerned; the check is for anyone."""

from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from api.access import verbs
from api.answers import ANYONE, READS_ONE, CasePath, RawBody, answers, downloads, problems
from api.certificates import examples, service
from api.files import disposition
from api.parts import Parts
from api.requests import content_length
from engine.events import Actor

NumberQuery = Annotated[str, QueryParameter(description="证书编号，如 江海联验字〔2022〕1号。")]
PaperQuery = Annotated[
    str | None,
    QueryParameter(
        description="办件发过几份的，要哪一份的编号；不写就是最后一份。The number, where there are several."
    ),
]
CodeQuery = Annotated[str, QueryParameter(description="证书上的校验码，如 T7U4-RER7-229T。")]


class CertificateController(Controller):
    """Certificates (证书)."""

    path = "/api"
    tags = ("证书 Certificates",)

    @get(
        "/cases/{case:str}/certificate",
        operation_id="GetCertificate",
        opt=verbs("get_certificate"),
        summary="下载证书 The certificate's stored bytes",
        responses={**downloads(200, "application/pdf", "证书的原文件，作附件下载。"), **problems(*READS_ONE)},
    )
    async def download(
        self, case: CasePath, actor: NamedDependency[Actor], parts: NamedDependency[Parts], number: PaperQuery = None
    ) -> Response[bytes]:
        """The certificate as it was made, once; never drawn anew. A case with several, such as permits, has the last."""
        name, pdf = await service.file_of(parts, actor, case, number)
        headers = {
            "Content-Disposition": disposition(f"{name}.pdf"),
            "X-Content-Type-Options": "nosniff",
        }
        return Response(pdf, media_type="application/pdf", headers=headers)

    @get(
        "/certificates/check",
        operation_id="CheckCertificate",
        opt=verbs("check_certificate"),
        summary="按编号和校验码核验 Check by number and code",
        responses={**answers(200, dict[str, Any], "核验结论。", examples.CHECK), **problems(*ANYONE)},
    )
    async def check(self, number: NumberQuery, code: CodeQuery, parts: NamedDependency[Parts]) -> dict[str, Any]:
        """Whether a certificate is in force, withdrawn or unknown; a wrong code and no such number look the same."""
        return (await service.check_number(parts, number, code)).as_json()

    @post(
        "/certificates/check",
        operation_id="CheckCertificateFile",
        request_max_body_size=service.LARGEST_FILE,
        opt=verbs("check_certificate"),
        status_code=200,
        summary="按文件核验 Check by the file's bytes",
        operation_class=RawBody,
        responses={**answers(200, dict[str, Any], "核验结论。", examples.CHECK), **problems(411, 413, *ANYONE)},
    )
    async def check_file(self, request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> dict[str, Any]:
        """Send the PDF as the raw body: in force, withdrawn, changed or unknown."""
        content_length(request, service.LARGEST_FILE)
        return (await service.check_file(parts, await request.body())).as_json()
