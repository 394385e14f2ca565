// Labels of offices: as chips on a card, and with their reasons in the file of one office.

import { labelGroups, labelNamed } from "./choices.js";
import { ask } from "./service.js";
import { both, make, measured, provenanceTag, UNKNOWN, unitWords } from "./words.js";

const PAUSE = 2000;

/** Chips of the labels that hold; `labels` are codes, or objects with `code` and `zh`. */
export function labelChips(labels) {
  if (!labels?.length) return null;
  const named = labels.map((label) => (typeof label === "string" ? labelNamed(label) : label)).filter(Boolean);
  return make("span", { class: "chips" },
    ...named.map(({ zh, en }) => make("span", { class: "chip", title: en }, zh)));
}

function reason(label) {
  const inputs = label.inputs.map((input) => make("tr", {},
    make("th", {}, ...both(input.zh, input.en)),
    make("td", input.value === null ? { class: "unknown" } : {}, measured(input.name, input.value, unitWords(input.unit)))));
  return [
    make("p", {}, label.why_zh, make("br"), make("small", { lang: "en" }, label.why_en)),
    make("p", { class: "quiet" }, `规则：${label.rule_zh}（第 ${label.rule_version} 版 version）`),
    inputs.length ? make("table", { class: "rows" }, make("tbody", {}, ...inputs)) : null,
    make("p", { class: "quiet" }, `数据日期 data of ${label.data_date ?? UNKNOWN} `,
      label.provenance ? provenanceTag(label.provenance) : null),
  ];
}

/** A chip that opens its reason below the chips of its group. */
function openable(label, panel, chips) {
  const chip = make("button", {
    type: "button", class: `chip ${label.holds === false ? "not" : ""}`,
    "aria-expanded": "false", "aria-controls": panel.id, title: label.en, "data-label": label.code,
  }, label.zh);
  chip.addEventListener("click", () => {
    const open = chip.getAttribute("aria-expanded") === "true";
    for (const other of chips) other.setAttribute("aria-expanded", "false");
    chip.setAttribute("aria-expanded", String(!open));
    panel.hidden = open;
    panel.replaceChildren(...(open ? [] : reason(label).filter(Boolean)));
  });
  chips.push(chip);
  return chip;
}

function groupOf({ zh, en, labels }, number, kind) {
  const panel = make("div", { class: "why", id: `why-${kind}-${number}`, role: "region", "aria-label": `${zh}：依据 why`, hidden: "" });
  const chips = [];
  return make("div", { class: "group" }, make("p", { class: "quiet" }, ...both(zh, en)),
    ...labels.map((label) => openable(label, panel, chips)), panel);
}

function missing(label) {
  return make("li", { "data-label": label.code }, make("strong", {}, label.zh), ` ${label.why_zh} `,
    make("small", { lang: "en" }, `${label.en}: ${label.why_en}`));
}

function fresh(freshness) {
  if (!freshness) return null;
  const at = freshness.refreshed_at
    ? `标签更新于 ${new Date(freshness.refreshed_at).toLocaleString("zh-CN", { dateStyle: "medium", timeStyle: "short", timeZone: "Asia/Shanghai" })}`
    : "标签还没有计算";
  return make("p", { class: "quiet", id: "freshness" }, ...both(at, freshness.refreshed_at ? "labels worked out" : "not worked out yet"),
    freshness.pending ? make("span", { class: "tag" }, "更新中 refreshing") : null);
}

function folded(words, ...inside) {
  return make("details", { class: "fold" }, make("summary", {}, ...words), ...inside);
}

function parts({ labels, freshness }) {
  const that = (holds) => labels.filter((label) => label.holds === holds);
  const holding = that(true), open = that(null), not = that(false);
  return [
    make("h3", {}, ...both("标签", "labels; tap one to see why")),
    fresh(freshness),
    make("div", { id: "labels" }, ...(holding.length
      ? labelGroups(holding).map((group, i) => groupOf(group, i, "yes"))
      : [make("p", { class: "unknown" }, "没有成立的标签。None holds.")])),
    open.length ? folded(both(`待核实 ${open.length}`, "cannot be said yet"),
      make("ul", { class: "open", id: "labels-open" }, ...open.map(missing))) : null,
    not.length ? folded(both(`不符合 ${not.length}`, "do not hold"),
      ...labelGroups(not).map((group, i) => groupOf(group, i, "no"))) : null,
  ].filter(Boolean);
}

/** While labels are being worked out, look again until they are, or the section is gone. */
function follow(section, { id, freshness }) {
  if (!freshness?.pending) return;
  setTimeout(async () => {
    if (!section.isConnected) return;
    const file = await ask(`/offices/${encodeURIComponent(id)}`).catch(() => null);
    const office = file?.properties ?? { id, freshness };
    // not before: an opened reason would close
    if (!office.freshness.pending) section.replaceChildren(...parts(office));
    follow(section, office);
  }, PAUSE);
}

/** The section of an office's file: what holds, what cannot be said, what does not hold. */
export function labelSection(office) {
  const section = make("section", { "aria-label": "标签 labels" }, ...parts(office));
  follow(section, office);
  return section;
}
