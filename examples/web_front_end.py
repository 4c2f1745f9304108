"""A web front end: docflow's verbs and its own table in one transaction, refusals as answers in Vietnamese.

Run it: python examples/web_front_end.py [folder]. FastAPI and Django are used alike: one call inside one transaction.
"""

import json
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import pysqlite3
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

import docflow
import vnsign

AGENCY = docflow.Agency(
    code=docflow.parse_agency_code("H99"), name="UBND tỉnh An Bình", abbreviation="UBND", place="An Bình"
)
CLICKS = sa.Table("click", sa.MetaData(), sa.Column("person", sa.Text()), sa.Column("symbol", sa.Text()))
STATUS = {"bad_argument": 422, "not_found": 404, "forbidden": 403, "secret_document": 403}


def make_app(office: docflow.Office, engine: sa.Engine) -> Starlette:
    """Return the front end's application."""

    def refuse(_: Request, error: Exception) -> JSONResponse:
        if not isinstance(error, docflow.DocflowError):
            raise error
        status = 503 if isinstance(error, docflow.StoreUnavailable) else STATUS.get(error.code, 409)
        said = {"code": error.code, "message": error.vi, "way_out": error.code.way_out_vi}
        return JSONResponse(said, status_code=status)

    def show(request: Request) -> JSONResponse:
        document = office.document(request.path_params["id"])
        buttons = docflow.next_events(document.state)
        return JSONResponse({"state": document.state, "symbol": document.symbol, "buttons": buttons})

    def issue(request: Request) -> JSONResponse:
        person = request.headers["x-person"]  # whoever logged in; docflow asks his role and logs his name
        key = request.headers["idempotency-key"]  # pressed twice, or repeated by a proxy: one number, the same answer
        with office.lock(), engine.begin() as connection:
            issued = office.within(connection).issue(request.path_params["id"], actor=person, idempotency_key=key)
            connection.execute(CLICKS.insert().values(person=person, symbol=issued.symbol))
        return JSONResponse({"symbol": issued.symbol, "place_and_date": issued.place_and_date})

    routes = [Route("/documents/{id}", show), Route("/documents/{id}/issue", issue, methods=["POST"])]
    return Starlette(routes=routes, exception_handlers={docflow.DocflowError: refuse})


def ask(url: str, *, method: str = "GET") -> None:
    """Do what a browser does, and print the answer."""
    headers = {"x-person": "Van thu", "idempotency-key": "click-1"}
    request = urllib.request.Request(url, method=method, headers=headers)  # noqa: S310 - our own address
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the same
            print(answer.status, json.loads(answer.read()))
    except urllib.error.HTTPError as refused:
        with refused:
            print(refused.status, json.loads(refused.read()))


def main(folder: Path) -> None:
    """Bring one document to the clerk, and let him press the button twice."""
    draft = docflow.Draft(
        type=docflow.DocumentType.QUYET_DINH, subject="về việc ban hành Quy chế làm việc",
        signer_name="Nguyễn Văn An", signer_position="Chủ tịch", addressees=(docflow.Addressee(name="Các sở"),),
    )  # fmt: skip
    engine = sa.create_engine(f"sqlite:///{folder / 'docflow.sqlite'}", module=pysqlite3)
    with docflow.Office.open(folder, agency=AGENCY) as office:
        office.draft(draft, actor="Trần Thị Bình", document_id="d1")
        office.approve("d1", actor="Lê Văn Cường")
        CLICKS.metadata.create_all(engine)
        with vnsign.serve(make_app(office, engine)) as service:
            ask(f"{service.base_url}/documents/d1/issue", method="POST")  # 409: the leader has not signed
            office.leader_signed("d1", b"%PDF as the leader signed it", actor="Nguyễn Văn An")
            ask(f"{service.base_url}/documents/d1")
            for _ in range(2):
                ask(f"{service.base_url}/documents/d1/issue", method="POST")
            ask(f"{service.base_url}/documents/nowhere")
    engine.dispose()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(made))
