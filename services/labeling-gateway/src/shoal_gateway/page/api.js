// The gateway's HTTP API. A failed call throws a Problem with the title, detail, field and fix of the response.

export class Problem extends Error {
  constructor(status, body, retryAfter = 0) {
    super(body.detail || body.title || "No answer");
    this.status = status;
    this.title = body.title || "";
    this.field = body.field || "";
    this.fix = body.fix || "";
    this.retryAfter = retryAfter;
  }

  // Whether the same call may succeed later: no answer, too many calls, or a failure of the server.
  get isTemporary() {
    return [0, 408, 425, 429].includes(this.status) || this.status >= 500;
  }

  get isAboutKey() {
    return this.status === 401 || this.status === 403;
  }
}

const project = (name) => `/v1/projects/${encodeURIComponent(name)}`;
const midnight = () => new Date(new Date().setHours(0, 0, 0, 0)).toISOString();

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
    let response, text;
    try {
      response = await fetch(search ? `${path}?${search}` : path, {
        method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(20000), cache: "no-store",
      });
      text = await response.text();
    } catch {
      throw new Problem(0, { title: "No connection" });
    }
    if (response.status === 204) return null;
    let json = null;
    try { json = JSON.parse(text); } catch { /* not JSON, such as the page of a proxy or of a hotel's network */ }
    if (response.ok && json) return json;
    throw new Problem(response.ok ? 0 : response.status, json || {}, Number(response.headers.get("retry-after")) || 0);
  }

  projects(annotator) {
    return this.call("GET", "/v1/projects", { query: { annotator } });
  }
  next(name, annotator, lane) {
    return this.call("GET", `${project(name)}/queue/next`, { query: { annotator, lane } });
  }
  last(name, annotator, lane) {
    return this.call("GET", `${project(name)}/queue/last`, { query: { annotator, lane } });
  }
  guideline(name) {
    return this.call("GET", `${project(name)}/guideline`);
  }
  progress(name, annotator, lane) {
    return this.call("GET", `${project(name)}/progress`, { query: { annotator, lane, since: midnight() } });
  }
  answer(task, annotator, label, seconds) {
    return this.call("POST", `/v1/tasks/${task}/annotations`, { body: { annotator, answer: { label }, duration_s: seconds } });
  }
  skip(task, annotator, { code, reason }, seconds) {
    return this.call("POST", `/v1/tasks/${task}/skip`, { body: { annotator, code, reason, duration_s: seconds } });
  }
  takeBack(task, annotator, annotation) {
    return this.call("DELETE", `/v1/tasks/${task}/annotations/${annotation}`, { query: { annotator } });
  }
}
