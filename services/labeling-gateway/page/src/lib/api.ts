// The gateway's HTTP API. A failed call throws a Problem with the title, detail, field and fix of the response.
import type { Answer, Guideline, Last, Progress, Project, Task } from "../contract";
import { readLast, readTask } from "./reading";

export class Problem extends Error {
  status: number;
  title: string;
  field: string;
  fix: string;
  retryAfter: number;

  constructor(status: number, body: Record<string, string>, retryAfter = 0) {
    super(body.detail || body.title || "No answer");
    this.status = status;
    this.title = body.title || "";
    this.field = body.field || "";
    this.fix = body.fix || "";
    this.retryAfter = retryAfter;
  }

  // Whether the same call may succeed later: no answer, too many calls, or a failure of the server.
  get isTemporary(): boolean {
    return [0, 408, 425, 429].includes(this.status) || this.status >= 500;
  }

  // Whether the answer is not valid, such as a label that the guideline has no more.
  get isAboutAnswer(): boolean {
    return this.status === 422;
  }

  get isAboutKey(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

export interface SkipReason {
  code: string;
  reason: string;
}

interface Options {
  query?: Record<string, string | undefined>;
  body?: unknown;
}

const project = (name: string) => `/v1/projects/${encodeURIComponent(name)}`;
const midnight = () => new Date(new Date().setHours(0, 0, 0, 0)).toISOString();

export class Api {
  key: string;

  constructor(key: string) {
    this.key = key;
  }

  async call<T>(method: string, path: string, { query = {}, body }: Options = {}): Promise<T> {
    const parameters = Object.entries(query).filter((item): item is [string, string] => Boolean(item[1]));
    const search = new URLSearchParams(parameters).toString();
    const { response, text } = await this.send(method, search ? `${path}?${search}` : path, body);
    if (response.status === 204) return null as T;
    const json = parse(text);
    if (response.ok && json) return json as T;
    const wait = Number(response.headers.get("retry-after")) || 0;
    throw new Problem(response.ok ? 0 : response.status, (json || {}) as Record<string, string>, wait);
  }

  private async send(method: string, address: string, body: unknown) {
    const headers: Record<string, string> = { accept: "application/json" };
    if (this.key) headers.authorization = `Bearer ${this.key}`;
    if (body) headers["content-type"] = "application/json";
    const content = body ? JSON.stringify(body) : undefined;
    const signal = AbortSignal.timeout(20000);
    try {
      const response = await fetch(address, { method, headers, body: content, signal, cache: "no-store" });
      return { response, text: await response.text() };
    } catch {
      throw new Problem(0, { title: "No connection" });
    }
  }

  projects(annotator: string): Promise<{ projects: Project[] }> {
    return this.call("GET", "/v1/projects", { query: { annotator } });
  }
  async next(
    name: string,
    annotator: string,
    lane: string,
    guideline: Guideline | null,
  ): Promise<Task | null> {
    const query = { annotator, lane };
    return readTask(await this.call("GET", `${project(name)}/queue/next`, { query }), guideline);
  }
  async last(
    name: string,
    annotator: string,
    lane: string,
    guideline: Guideline | null,
  ): Promise<Last | null> {
    const query = { annotator, lane };
    return readLast(await this.call("GET", `${project(name)}/queue/last`, { query }), guideline);
  }
  guideline(name: string): Promise<Guideline> {
    return this.call("GET", `${project(name)}/guideline`);
  }
  progress(name: string, annotator: string, lane: string): Promise<Progress> {
    return this.call("GET", `${project(name)}/progress`, { query: { annotator, lane, since: midnight() } });
  }
  answer(task: string, annotator: string, answer: Answer, seconds: number): Promise<{ action: string }> {
    const body = { annotator, answer: answer.kind === "class" ? { label: answer.label } : answer };
    return this.call("POST", `/v1/tasks/${task}/annotations`, { body: { ...body, duration_s: seconds } });
  }
  skip(task: string, annotator: string, skip: SkipReason, seconds: number): Promise<{ action: string }> {
    const body = { annotator, code: skip.code, reason: skip.reason, duration_s: seconds };
    return this.call("POST", `/v1/tasks/${task}/skip`, { body });
  }
  takeBack(task: string, annotator: string, annotation: string): Promise<unknown> {
    return this.call("DELETE", `/v1/tasks/${task}/annotations/${annotation}`, { query: { annotator } });
  }
}

// Return null for what is not JSON, such as the page of a proxy or of a hotel's network.
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
