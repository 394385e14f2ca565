// The way of recommending: asks for the need of a company and shows funnel, ranking and what is open.

import { funnelOf, relaxationsOf } from "./funnel.js";
import { keepForm, keptNow, keptNumber, keptWords, setKept } from "./kept.js";
import { balanceWords, cardOf, openCases } from "./result.js";
import { keptRuns } from "./runs.js";
import { ask, send } from "./service.js";
import { both, make, whole } from "./words.js";
import { showUnshown } from "./unshown.js";
import { checkWish, recallWish, relax, requestOf } from "./wish.js";

const place = document.getElementById("advice");
const said = document.getElementById("advice-said");
const LIMIT = 10;
let number = 0;
let asked = false;

function status(...words) {
  return make("div", { class: "answer", tabindex: "-1" }, ...words);
}

function loading() {
  place.setAttribute("aria-busy", "true");
  if (place.querySelector(".card")) return;
  place.replaceChildren(status("推荐中…"), ...Array.from({ length: 3 }, () => make("div", { class: "ghost" })));
}

function failed(error, again) {
  const retry = make("button", { type: "button" }, "重试 try again");
  retry.addEventListener("click", again);
  place.replaceChildren(make("div", { class: "answer failed", role: "alert" }, make("strong", {}, "没有得到推荐 "),
    make("p", {}, error.message), error.passing ? retry : null));
}

function heading({ matched, results, notes }) {
  const simulated = notes.map(({ zh, en }) => make("p", { class: "note" }, ...both(zh, en)));
  if (matched === 0) {
    return status(make("strong", {}, "0"), ...both(" 栋满足全部条件。看看下面可以放宽什么。", "none meets it all; see what could be given up"), ...simulated);
  }
  return status(make("strong", {}, whole(matched)), ...both(
    results.length < matched ? ` 栋满足全部条件，列出最合适的 ${results.length} 栋` : " 栋满足全部条件，由高分到低分",
    "meet it all, the best first"), ...[apartWords(results)].filter(Boolean), ...simulated);
}

/** Of how many of the offices that are listed the space lies apart, null where of none. */
function apartWords(results) {
  const count = results.filter(({ option }) => option.combined).length;
  return count === 0 ? null : make("p", {}, ...both(
    `列出的 ${results.length} 栋里，${count} 栋要把不相邻的单元合在一起才够（查找只合并相邻单元）`,
    `in ${count} of those listed, units that are not adjacent make up the area`));
}

function fold(title, ...inside) {
  return make("details", { class: "fold" }, make("summary", {}, ...title), ...inside);
}

function show(answer, keeping, { open, again }) {
  const take = async (change) => {
    relax(change);
    await again();
    faceAdvice();
  };
  place.replaceChildren(...[
    heading(answer),
    funnelOf(answer.funnel),
    relaxationsOf(answer.relaxations, take),
    keeping,
    balanceWords(answer.results),
    make("ol", { class: "cards", "aria-label": "推荐 recommended offices" },
      ...answer.results.map((result) => cardOf(result, open))),
    openCases(answer.unknown, answer.unknown_count, open),
    fold(both("怎样算的", "how it was reckoned"),
      make("ul", { class: "open" }, ...answer.assumptions.map(({ zh, en }) => make("li", {}, ...both(zh, en))),
        make("li", {}, `${answer.day} · 数据 ${answer.data_version} · 软件 ${answer.software_version}`))),
    keptRuns(),
  ].filter(Boolean));
  said.textContent = place.querySelector(".answer").textContent;
}

/** Say what to do before anything was asked. */
export function showBeginning() {
  if (asked) return;
  place.replaceChildren(make("p", { class: "empty" },
    "填写企业的面积或人数、预算和必须满足的条件，按“推荐”。每一步剩下几栋、为什么推荐、还差什么，都会说明。",
    make("br"), make("small", { lang: "en" }, "State the need and press recommend: what each condition leaves, and why these.")), keptRuns());
}

/** Whether the reader has asked before, so that a change is to be answered at once. */
export function wasAsked() {
  return asked;
}

/** Ask what the form says; the answer comes with the form that keeps it. */
async function askNow(page, isLatest) {
  const request = { ...requestOf(), limit: LIMIT };
  const { body: answer } = await send("POST", "/offices/recommend", request);
  const keeping = keepForm(request, (kept) => {
    if (!isLatest()) return;
    setKept(String(kept.id));
    page.moved();
    show(kept, keptNow(kept.id), page);
  });
  return { answer, keeping };
}

/** Read a run that was kept, with what it asked. */
async function recall(kept) {
  const run = await ask(`/recommendations/${encodeURIComponent(kept)}`);
  return { answer: run.answer, keeping: keptWords(run), request: run.request };
}

/**
 * Ask and show, or show the run that was kept; return the results, null where there is no answer,
 * undefined where another question came first. `open` opens an office, `again` asks once more after the need was
 * changed, `moved` hears that the address is another.
 */
export async function advise(page) {
  const { again } = page;
  const mine = ++number;
  if (keptNumber() === null && !checkWish()) return null;
  asked = true;
  loading();
  try {
    const isLatest = () => mine === number;
    const told = keptNumber() === null ? askNow(page, isLatest) : recall(keptNumber());
    const { answer, keeping, request } = await told;
    if (!isLatest()) return undefined;
    if (request) recallWish(request, answer.funnel);
    else showUnshown([]);
    // the form may say what a kept run asked
    page.moved();
    show(answer, keeping, page);
    return answer.results.map(({ office }) => office);
  } catch (error) {
    if (mine !== number) return undefined;
    failed(error, again);
    return null;
  } finally {
    if (mine === number) place.removeAttribute("aria-busy");
  }
}

export function showAdvice(visible) {
  place.hidden = !visible;
}

/** Bring the answer before the reader. */
export function faceAdvice() {
  const answer = place.querySelector(".answer");
  if (!answer) return;
  answer.focus({ preventScroll: true });
  place.scrollIntoView({ block: "start" });
}

/** Return the button that opens an office, if it is recommended. */
export function adviceEntry(id) {
  return place.querySelector(`.card[data-id="${CSS.escape(id)}"] .name`);
}
