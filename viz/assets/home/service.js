// Questions to the service, and what it means when there is no answer, in the reader's words.

const HEADERS = { accept: "application/json", "accept-language": "zh-CN" };

/** No answer: `status` is that of HTTP, 0 where the service was not reached. */
export class NoAnswerError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }

  /** Whether the same question can be answered a moment later. */
  get passing() {
    return this.status === 0 || this.status >= 500;
  }
}

/** Return the answer and its headers. Throws `NoAnswerError`. */
async function answerTo(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, { headers: HEADERS, ...options });
  } catch {
    throw new NoAnswerError("服务没有回应，请稍后再试。The service does not answer.", 0);
  }
  const body = await answer.json().catch(() => null);
  if (answer.ok && body !== null) return { body, headers: answer.headers };
  const reason = body?.detail ?? "服务的回答无法读取。The answer cannot be read.";
  throw new NoAnswerError(reason, answer.ok ? 500 : answer.status);
}

/** Return the JSON answer to a path. Throws `NoAnswerError`. */
export async function ask(path) {
  return (await answerTo(path)).body;
}

/** Send JSON; return the answer and its headers. Throws `NoAnswerError`. */
export function send(method, path, content) {
  const headers = { ...HEADERS, "content-type": "application/json" };
  return answerTo(path, { method, headers, body: JSON.stringify(content) });
}
