// Questions to the service, and what it means when there is no answer, in the reader's words.

const HEADERS = { accept: "application/json", "accept-language": "zh-CN" };

/** No answer: `status` is that of HTTP, 0 where the service was not reached. */
export class NoAnswerError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }

  /** Whether somebody changed it since it was of the version given. */
  get outdated() {
    return this.status === 412;
  }

  /** Whether the same question can be answered a moment later. */
  get passing() {
    return this.status === 0 || this.status >= 500;
  }
}

const UNREADABLE = "服务的回答无法读取。The answer cannot be read.";

/** Return the response. Throws `NoAnswerError` where it is none, or one of a failure. */
async function answerOf(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, { headers: HEADERS, ...options });
  } catch {
    throw new NoAnswerError("服务没有回应，请稍后再试。The service does not answer.", 0);
  }
  if (answer.ok) return answer;
  const body = await answer.json().catch(() => null);
  throw new NoAnswerError(body?.detail ?? UNREADABLE, answer.status);
}

/** Return the answer and its headers. Throws `NoAnswerError`. */
async function answerTo(path, options) {
  const answer = await answerOf(path, options);
  const body = await answer.json().catch(() => null);
  if (body === null) throw new NoAnswerError(UNREADABLE, 500);
  return { body, headers: answer.headers };
}

/** Return the JSON answer to a path. Throws `NoAnswerError`. */
export async function ask(path) {
  return (await answerTo(path)).body;
}

/** Return the JSON answer to a path and its version. Throws `NoAnswerError`. */
export async function askVersion(path) {
  const { body, headers } = await answerTo(path);
  return { body, version: headers.get("etag") };
}

/** Send JSON and save the file that answers it. Throws `NoAnswerError`. */
export async function saveFile(path, content) {
  const answer = await answerOf(path, { method: "POST", headers: { ...HEADERS, "content-type": "application/json" }, body: JSON.stringify(content) });
  const [, name] = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("content-disposition") ?? "") ?? [];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = decodeURIComponent(name ?? "");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/**
 * Send JSON, where a version is given only if that is still the present one; return the answer and
 * its headers. Throws `NoAnswerError`, of status 412 where it is not.
 */
export function send(method, path, content, version = null) {
  const headers = { ...HEADERS, "content-type": "application/json", ...(version ? { "if-match": version } : {}) };
  return answerTo(path, { method, headers, body: JSON.stringify(content) });
}
