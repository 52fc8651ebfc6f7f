"""Projects over HTTP (项目接口)."""

from typing import Annotated, Any

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter, QueryParameter

from api.access import verbs
from api.answers import READS, READS_ONE, WRITES, WRITES_TO, ProjectPath, answers, asks, problems
from api.parts import Parts
from api.projects import examples, schemas, service
from api.transaction import Order
from engine.events import Actor

Shown = dict[str, Any]
"""What the service says of a project; the example tells its shape."""

KindPath = Annotated[str, PathParameter(description="材料的 id，如 completion_report。The kind of paper.")]
CodeQuery = Annotated[
    str | None,
    QueryParameter(
        max_length=200, description="项目代码：只列现用或曾用它的项目。Only projects that have or ever had this code."
    ),
]


class ProjectController(Controller):
    """Projects (工程项目): said once, used by every case."""

    path = "/api/projects"
    tags = ("项目 Projects",)

    @get(
        operation_id="ListProjects",
        opt=verbs("list_projects"),
        summary="项目列表 The projects that you may see",
        responses={**answers(200, Shown, "您可见的项目，新的在前。", examples.LISTED), **problems(*READS)},
    )
    async def listed(
        self, actor: NamedDependency[Actor], parts: NamedDependency[Parts], code: CodeQuery = None
    ) -> dict[str, Any]:
        """The projects that you may see, the newest first; with ``code`` those that have or ever had it."""
        return {"projects": await service.listed(parts, actor, code)}

    @get(
        "/code-questions",
        operation_id="ListCodeQuestions",
        opt=verbs("list_code_questions"),
        summary="待核定的项目代码 Codes that wait for the window",
        responses={
            **answers(200, Shown, "待核定的，先提出的在前。", examples.QUESTIONS),
            **problems(401, 403, 422, 503),
        },
    )
    async def code_questions(self, parts: NamedDependency[Parts]) -> dict[str, Any]:
        """Codes that the window must clear: changes that owners ask for, and clashes, with every project concerned."""
        return {"questions": await service.code_questions(parts)}

    @post(
        operation_id="RegisterProject",
        opt=verbs("register_project"),
        summary="登记项目 Register a project",
        operation_class=asks(examples.REGISTER),
        responses={**answers(201, Shown, "已登记；项目现状。", examples.PROJECT), **problems(*WRITES)},
    )
    async def register(
        self,
        data: JSONBody[schemas.ProjectIn],
        actor: NamedDependency[Actor],
        parts: NamedDependency[Parts],
        key: NamedDependency[str],
    ) -> Response[dict[str, Any]]:
        """Register a project with what is known of it; facts and buildings are keyed by id or Chinese title."""
        status, body = await service.register(
            parts, Order(actor, "POST /projects", key, data.model_dump(mode="json")), data
        )
        return Response(body, status_code=status)

    @get(
        "/{project:str}",
        operation_id="ShowProject",
        opt=verbs("view_project"),
        summary="查看项目 A project as it stands",
        responses={**answers(200, Shown, "项目现状。", examples.PROJECT), **problems(*READS_ONE)},
    )
    async def show(
        self, project: ProjectPath, actor: NamedDependency[Actor], parts: NamedDependency[Parts]
    ) -> dict[str, Any]:
        """A project's facts, buildings, papers and cases."""
        return await service.shown(parts, actor, project)

    @post(
        "/{project:str}/facts",
        operation_id="StateFacts",
        opt=verbs("state_facts"),
        status_code=200,
        summary="填报、更正事实 State or correct facts",
        operation_class=asks(*examples.STATE),
        responses={**answers(200, Shown, "已填报；项目现状。", examples.PROJECT), **problems(*WRITES_TO)},
    )
    async def facts(
        self,
        project: ProjectPath,
        data: JSONBody[schemas.FactsIn],
        actor: NamedDependency[Actor],
        parts: NamedDependency[Parts],
        key: NamedDependency[str],
    ) -> Response[dict[str, Any]]:
        """State or correct facts; open cases are decided anew, and what no longer applies is voided."""
        order = Order(actor, f"POST /projects/{project}/facts", key, data.model_dump(mode="json"))
        status, body = await service.state_facts(parts, order, project, data)
        return Response(body, status_code=status)

    @post(
        "/{project:str}/code",
        operation_id="DecideCode",
        opt=verbs("decide_code"),
        status_code=200,
        summary="核定项目代码 Decide on a project's code",
        operation_class=asks(*examples.DECIDE),
        responses={**answers(200, Shown, "已核定；项目现状。", examples.PROJECT), **problems(*WRITES_TO)},
    )
    async def code(
        self,
        project: ProjectPath,
        data: JSONBody[schemas.CodeIn],
        actor: NamedDependency[Actor],
        parts: NamedDependency[Parts],
        key: NamedDependency[str],
    ) -> Response[dict[str, Any]]:
        """Correct the code, give it anew, split it off another project, merge the project into another, or leave it."""
        order = Order(actor, f"POST /projects/{project}/code", key, data.model_dump(mode="json"))
        status, body = await service.decide_code(parts, order, project, data)
        return Response(body, status_code=status)

    @put(
        "/{project:str}/documents/{kind:str}",
        operation_id="FileDocument",
        opt=verbs("file_document", "file_result"),
        status_code=201,
        summary="提交材料 File a paper",
        operation_class=asks(examples.FILE),
        responses={**answers(201, Shown, "已提交；项目现状。", examples.PROJECT), **problems(*WRITES_TO)},
    )
    async def document(
        self,
        project: ProjectPath,
        kind: KindPath,
        data: JSONBody[schemas.DocumentIn],
        actor: NamedDependency[Actor],
        parts: NamedDependency[Parts],
        key: NamedDependency[str],
    ) -> Response[dict[str, Any]]:
        """File a paper or a newer version of it: its typed fields, and the hashes of files put under ``/api/files``."""
        order = Order(actor, f"PUT /projects/{project}/documents/{kind}", key, data.model_dump(mode="json"))
        status, body = await service.file_document(parts, order, project, kind, data)
        return Response(body, status_code=status)
