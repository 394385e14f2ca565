// How many offices each condition leaves, and what could be given up.

import { both, make, whole } from "./words.js";

/** The steps as bars: what remains, what is to be checked, what the step took away. */
export function funnelOf(steps) {
  const all = Math.max(1, ...steps.map(({ remaining, unknown }) => remaining + unknown));
  const entries = steps.map(({ zh, en, remaining, removed, unknown }) => {
    const sure = make("span", { class: "sure" }), open = make("span", { class: "unsure" });
    sure.style.width = `${(100 * remaining) / all}%`;
    open.style.width = `${(100 * unknown) / all}%`;
    return make("li", {},
      make("div", { class: "step" }, make("span", {}, ...both(zh, en)),
        make("span", { class: "left" }, make("b", {}, `剩 ${whole(remaining, "栋")}`),
          removed ? ` 排除 ${whole(removed)}` : "", unknown ? ` 待核实 ${whole(unknown)}` : "")),
      make("div", { class: "bar", "aria-hidden": "true" }, sure, open));
  });
  return make("ol", { class: "funnel", "aria-label": "逐条筛选 the conditions one by one" }, ...entries);
}

/** The smallest changes of the need that bring more, each a button that makes it. */
export function relaxationsOf(relaxations, take) {
  if (relaxations.length === 0) return null;
  const buttons = relaxations.map((relaxation) => {
    const button = make("button", { type: "button", class: "relax" },
      make("b", {}, "放宽 "), relaxation.zh, " ", make("small", { lang: "en" }, relaxation.en));
    button.addEventListener("click", () => take(relaxation.change));
    return button;
  });
  const shown = buttons.slice(0, 4), rest = buttons.slice(4);
  return make("section", { class: "relaxations", "aria-label": "可以放宽的条件 what could be given up" },
    make("h3", {}, ...both("不够多？可以放宽", "too few? give up one of these")),
    ...shown,
    rest.length ? make("details", { class: "fold" },
      make("summary", {}, ...both(`其他放宽办法 ${rest.length}`, "other ways")), ...rest) : null);
}
