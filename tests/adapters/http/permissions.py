"""Who may use which route of which service: the table that tests/adapters/http/test_permissions.py proves."""

PRODUCER = frozenset({"producer", "operator", "admin"})
ANNOTATOR = frozenset({"annotator", "reviewer", "operator", "admin"})
REVIEWER = frozenset({"reviewer", "operator", "admin"})
OPERATOR = frozenset({"operator", "admin"})
ONLY_ADMIN = frozenset({"admin"})
INSTALLATION = frozenset[str]()  # no key of a project
OPEN = None  # no key at all

DOCUMENT: dict[str, frozenset[str] | None] = {"GET /openapi.json": OPEN, "HEAD /openapi.json": OPEN}
PERMISSIONS: dict[str, dict[str, frozenset[str] | None]] = {
    "ingest": {
        **DOCUMENT,
        "POST /v1/inferences": PRODUCER,
        "POST /v1/kserve/{project}": PRODUCER,
        "POST /v1/projects": ONLY_ADMIN,
        "GET /v1/projects": OPERATOR,
        "GET /v1/projects/changes": INSTALLATION,
        "POST /v1/projects/{project}/keys": ONLY_ADMIN,
        "DELETE /v1/projects/{project}/keys/{key_id}": ONLY_ADMIN,
        "DELETE /v1/projects/{project}/samples/{sample_id}": OPERATOR,
        "POST /v1/projects/{project}/erasures": OPERATOR,
        "POST /v1/projects/{project}/media": PRODUCER,
        "GET /v1/projects/{project}/media/{sha256}": PRODUCER,
        "GET /v1/media/{token}": OPEN,  # a signature authenticates it
    },
    "sampler": {
        **DOCUMENT,
        "POST /v1/projects/{project}/campaigns": OPERATOR,
        "GET /v1/projects/{project}/campaigns": OPERATOR,
        "GET /v1/projects/{project}/campaigns/{campaign}": OPERATOR,
        "PUT /v1/projects/{project}/campaigns/{campaign}": OPERATOR,
        "POST /v1/projects/{project}/campaigns/{campaign}/pause": OPERATOR,
        "POST /v1/projects/{project}/campaigns/{campaign}/resume": OPERATOR,
        "POST /v1/projects/{project}/campaigns/{campaign}/finish": OPERATOR,
        "POST /v1/projects/{project}/similar": OPERATOR,
        "GET /v1/projects/{project}/audit": OPERATOR,
        "PUT /v1/projects/{project}/audit": OPERATOR,
    },
    "gateway": {
        **DOCUMENT,
        "GET /": OPEN,
        "HEAD /": OPEN,
        "GET /page/{file}": OPEN,
        "HEAD /page/{file}": OPEN,
        "POST /v1/webhooks/{provider}": OPEN,  # a signature authenticates it
        "GET /v1/projects": ANNOTATOR,
        "GET /v1/projects/{project}/guideline": ANNOTATOR,
        "GET /v1/projects/{project}/progress": ANNOTATOR,
        "GET /v1/projects/{project}/queue/next": ANNOTATOR,
        "GET /v1/projects/{project}/queue/last": ANNOTATOR,
        "POST /v1/tasks/{task}/annotations": ANNOTATOR,
        "POST /v1/tasks/{task}/skip": ANNOTATOR,
        "DELETE /v1/tasks/{task}/annotations/{annotation}": ANNOTATOR,
        "PUT /v1/projects/{project}/providers/{name}": OPERATOR,
        "GET /v1/projects/{project}/providers": OPERATOR,
        "GET /v1/projects/{project}/queue": OPERATOR,
        "GET /v1/projects/{project}/jobs/{job}/tasks": OPERATOR,
    },
    "qa": {
        **DOCUMENT,
        "POST /v1/projects/{project}/guidelines": OPERATOR,
        "GET /v1/projects/{project}/guidelines": ANNOTATOR,
        "GET /v1/projects/{project}/guidelines/current": ANNOTATOR,
        "POST /v1/projects/{project}/guidelines/current/ask-again": OPERATOR,
        "GET /v1/projects/{project}/rule": OPERATOR,
        "PUT /v1/projects/{project}/rule": OPERATOR,
        "POST /v1/projects/{project}/rule/preview": OPERATOR,
        "POST /v1/projects/{project}/gold": OPERATOR,
        "GET /v1/projects/{project}/gold": OPERATOR,
        "GET /v1/projects/{project}/labels": OPERATOR,
        "GET /v1/projects/{project}/label-errors": OPERATOR,
        "GET /v1/projects/{project}/annotations": OPERATOR,
        "GET /v1/projects/{project}/jobs/{job_id}": OPERATOR,
        "GET /v1/projects/{project}/reviews": REVIEWER,
        "POST /v1/projects/{project}/reviews/{job_id}": REVIEWER,
        "GET /v1/projects/{project}/metrics": OPERATOR,
        "GET /v1/projects/{project}/annotators": OPERATOR,
        "POST /v1/projects/{project}/datasets": OPERATOR,
        "GET /v1/projects/{project}/datasets": OPERATOR,
        "GET /v1/projects/{project}/datasets/{dataset}/{version}": OPERATOR,
        "POST /v1/projects/{project}/datasets/{dataset}/{version}/exports": OPERATOR,
        "POST /v1/projects/{project}/datasets/{dataset}/{version}/rebuild": OPERATOR,
        "GET /v1/projects/{project}/datasets/{dataset}/{version}/files/{file}": OPERATOR,
        "HEAD /v1/projects/{project}/datasets/{dataset}/{version}/files/{file}": OPERATOR,
    },
}
# Routes whose project is in the body, in the task, or in none; what another project's key gets there.
ELSEWHERE: dict[str, set[int]] = {
    "POST /v1/inferences": {422},  # the one inference is refused: forbidden_project
    "POST /v1/tasks/{task}/annotations": {404},
    "POST /v1/tasks/{task}/skip": {404},
    "DELETE /v1/tasks/{task}/annotations/{annotation}": {404},
    "GET /v1/projects": {200},  # its own projects
}
