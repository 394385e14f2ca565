// One recommended office as a card: what is offered, what its score is made of, why, and beware of what.

import { labelChips } from "./labels.js";
import { pickBox } from "./picks.js";
import { both, decimal, feeWords, freeWords, make, provenanceTag, UNKNOWN, whole } from "./words.js";

const points = new Intl.NumberFormat("zh-CN", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

function free(option) {
  if (!option.free_known) return "可入驻日期未知";
  return freeWords(option.free_from);
}

function offerWords({ option, units }) {
  if (!option) return "没有可租单元资料";
  const fee = feeWords(option.fee_included);
  const numbers = units.map(({ unit_no, id }) => unit_no ?? id);
  const area = option.let_area !== null && option.let_area < option.area
    ? `租 ${whole(option.let_area, "㎡")}（共 ${whole(option.area, "㎡")}）` : whole(option.area, "㎡");
  return [
    `${option.combined ? "不相邻的 " : ""}${numbers.length > 1 ? `${numbers.length} 个单元 ` : "单元 "}${numbers.join("、")}`,
    area,
    // comparable rents are without the fee; what is paid is as quoted
    option.rent === null ? "租金未知" : `${whole(option.rent)} 元/㎡/月（${feeWords(false)[0]}）`,
    option.monthly === null ? "月租未知" : `每月 ${whole(option.monthly, "元")}${fee ? `（${fee[0]}）` : ""}`,
    free(option),
  ].join(" · ");
}

function scoreWords({ score, score_range: [low, high], known_weight: known }) {
  const range = low === high ? null
    : make("span", { class: "quiet" }, ` 可能 ${points.format(low)}–${points.format(high)}，已知 ${Math.round(100 * known)}% 的权重`);
  return make("span", { class: "score" }, make("strong", {}, points.format(score)), " 分", range);
}

/** The score as one bar; its words open below. */
function makeUp(contributions) {
  const bar = make("span", { class: "made", "aria-hidden": "true" });
  const rows = [];
  contributions.forEach((part, i) => {
    const words = `${part.text.zh}：${points.format(part.points)} / ${points.format(part.weight)} 分`;
    const piece = make("span", { class: `c${i % 10}${part.known ? "" : " guess"}`, title: words });
    piece.style.width = `${part.points}%`;
    bar.append(piece);
    rows.push(make("li", {}, make("span", { class: `dot c${i % 10}` }), words, part.known ? "" : "（未知，按中间值）", " ",
      make("small", { lang: "en" }, part.text.en)));
  });
  return make("details", { class: "makeup" },
    make("summary", {}, bar, make("span", { class: "quiet" }, "得分构成 ", make("small", {}, "what the score is made of"))),
    make("ul", {}, ...rows));
}

function sentences(kind, list) {
  return list.length === 0 ? null
    : make("ul", { class: kind }, ...list.map(({ zh, en }) => make("li", { title: en }, zh)));
}

const BALANCE = ["没有一栋在所有方面都比它好", "none is better in every way"];

/** The mark of an office that no other beats in every way; its words stand once above the cards. */
function balanceMark() {
  return make("span", { class: "balance", role: "img", "aria-label": BALANCE[0], title: BALANCE.join(" ") }, "◆");
}

/** What the mark on the cards means; null where no card has it. */
export function balanceWords(results) {
  return results.some(({ pareto }) => pareto)
    ? make("p", { class: "quiet", id: "balance" }, make("span", { class: "balance" }, "◆"), " ", ...both(...BALANCE)) : null;
}

/** What sets an office above the next, or that they are level. */
function versus(next) {
  return next && make("p", { class: "quiet versus", title: next.en }, next.zh);
}

/** The card of a result; `open` opens its office. */
export function cardOf(result, open) {
  const { office } = result;
  const name = make("button", { type: "button", class: "name" }, office.name);
  name.addEventListener("click", () => open(office.id));
  return make("li", { class: "card", "data-id": office.id },
    make("div", { class: "top" }, make("span", { class: "rank", "aria-label": `第 ${result.rank} 名` }, String(result.rank)),
      make("h2", {}, name), result.pareto ? balanceMark() : null, provenanceTag(office.provenance)),
    make("p", { class: "where" }, [office.grade, office.street, office.address].filter(Boolean).join(" · ")),
    scoreWords(result),
    make("p", { class: "offer" }, offerWords(result)),
    makeUp(result.contributions),
    sentences("reasons", result.reasons), sentences("cautions", result.cautions),
    versus(result.versus_next),
    make("div", { class: "foot" }, labelChips(office.labels) ?? make("span"), pickBox(office)));
}

/** Offices that may meet everything once what is missing is known. */
export function openCases(open, count, show) {
  if (count === 0) return null;
  const rows = open.map((office) => {
    const name = make("button", { type: "button", class: "name" }, office.name);
    name.addEventListener("click", () => show(office.id));
    return make("li", {}, name, ` ${office.missing.map(({ zh }) => zh).join("、") || UNKNOWN}`,
      make("span", { class: "quiet" }, ` 约 ${decimal(office.score)} 分`));
  });
  return make("details", { class: "fold", id: "open-cases" },
    make("summary", {}, ...both(`待核实 ${whole(count, "栋")}`, "may meet it all, once checked")),
    make("ul", { class: "open" }, ...rows),
    open.length < count ? make("p", { class: "quiet" }, `只列出前 ${open.length} 栋。`) : null);
}
