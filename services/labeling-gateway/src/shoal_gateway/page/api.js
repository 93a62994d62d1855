// The gateway's HTTP API. A failed call throws a Problem with the title, detail, field and fix of the response.

export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || "No answer");
    this.status = status;
    this.title = body.title || "Something went wrong";
    this.field = body.field || "";
    this.fix = body.fix || "";
  }
}

export class Api {
  constructor(key) {
    this.key = key;
  }

  async call(method, path, { query = {}, body } = {}) {
    const headers = { accept: "application/json" };
    if (this.key) headers.authorization = `Bearer ${this.key}`;
    if (body) headers["content-type"] = "application/json";
    const parameters = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
    const search = new URLSearchParams(parameters).toString();
    let response;
    try {
      response = await fetch(search ? `${path}?${search}` : path, {
        method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(20000), cache: "no-store",
      });
    } catch {
      throw new Problem(0, { title: "No connection" });
    }
    if (response.status === 204) return null;
    const text = await response.text();
    let json = {};
    try { json = JSON.parse(text); } catch { /* not JSON, such as a proxy's page: only the status counts */ }
    if (!response.ok) throw new Problem(response.status, json);
    return json;
  }

  next(project, annotator, lane) {
    return this.call("GET", `/v1/projects/${encodeURIComponent(project)}/queue/next`, { query: { annotator, lane } });
  }
  guideline(project) {
    return this.call("GET", `/v1/projects/${encodeURIComponent(project)}/guideline`);
  }
  progress(project, annotator, lane) {
    return this.call("GET", `/v1/projects/${encodeURIComponent(project)}/progress`, { query: { annotator, lane } });
  }
  answer(task, annotator, label, seconds) {
    return this.call("POST", `/v1/tasks/${task}/annotations`, { body: { annotator, answer: { label }, duration_s: seconds } });
  }
  skip(task, annotator, seconds) {
    return this.call("POST", `/v1/tasks/${task}/skip`, { body: { annotator, duration_s: seconds } });
  }
  undo(task, annotator, annotation) {
    return this.call("DELETE", `/v1/tasks/${task}/annotations/${annotation}`, { query: { annotator } });
  }
}
