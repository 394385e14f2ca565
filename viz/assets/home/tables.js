// Tables over the page: offices side by side, and the stock of the city.

import { ask } from "./service.js";
import { both, make, measured, shown, UNKNOWN, unitWords } from "./words.js";

const dialog = document.getElementById("table");
const GROUPS = { street: ["街道", "street"], grade: ["等级", "grade"], business_district: ["商圈", "district"], use: ["用途", "use"] };
const STOCK = ["offices", "units", "free_units", "available_area", "vacancy_percent", "rent_p25", "rent_p50", "rent_p75", "parking_spaces", "simulated"];
const NOT_COMPARED = /^(id|name|parking_ratio_(text|area|area_m2)|dataset|source|exceptions)$|_id$|_beyond_reach$/;
let question = 0;

function exports(address, words = ["导出", "export"]) {
  return make("span", { class: "exports" }, ...both(words[0], words[1]), " ",
    ...[["csv", "CSV"], ["xlsx", "Excel"]].flatMap(([form, name]) => [make("a", { href: `${address}&f=${form}`, download: "" }, name), " "]));
}

function frame(title, ...parts) {
  const close = make("button", { type: "button", class: "close" }, "关闭 ", make("small", {}, "close"));
  close.addEventListener("click", () => dialog.close());
  dialog.replaceChildren(make("div", { class: "top" }, make("h2", { id: "table-title" }, ...title), close), ...parts);
  if (!dialog.open) dialog.showModal();
  (dialog.querySelector("[aria-pressed='true']") ?? close).focus();
}

async function fill(title, path, parts) {
  const mine = ++question;
  frame(title, make("p", { role: "status" }, "载入中…"));
  try {
    const answer = await ask(path);
    if (mine === question && dialog.open) frame(title, ...parts(answer));
  } catch (error) {
    if (mine === question && dialog.open) frame(title, make("p", { class: "wrong", role: "alert" }, error.message));
  }
}

function scroll(name, head, rows) {
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name },
    make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)));
}

function compared(row, offices) {
  const cells = offices.map((id) => {
    const best = row.best.includes(id), text = measured(row.name, row.values[id]);
    return make("td", { class: best ? "best" : text === UNKNOWN ? "unknown" : "" }, text,
      best ? make("span", { class: "mark" }, " 最优") : null);
  });
  const unit = unitWords(row.unit);
  return make("tr", {}, make("th", { scope: "row" }, ...both(row.zh + (unit ? `（${unit}）` : ""), row.en)), ...cells);
}

/** Show offices side by side. */
export function showComparison(ids) {
  const asked = ids.map(encodeURIComponent).join(",");
  return fill(both("对比", "side by side"), `/offices/compare?ids=${asked}`, ({ offices, rows }) => {
    const names = rows.find(({ name }) => name === "name").values;
    const simulated = rows.find(({ name }) => name === "provenance")?.values ?? {};
    const first = rows.filter(({ name }) => name === "labels");
    const known = [...first, ...rows.filter((row) => !first.includes(row))].filter((row) => !NOT_COMPARED.test(row.name) && offices.some((id) => {
      const value = row.values[id];
      return value !== null && !(Array.isArray(value) && value.length === 0);
    }));
    const head = make("tr", {}, make("th", {}, make("span", { class: "spoken" }, "项目")), ...offices.map((id) => make("th", { scope: "col" }, names[id])));
    return [
      make("p", {}, exports(`/offices/compare?ids=${asked}`, ["导出对比", "comparison"]), exports(`/offices?ids=${asked}`, ["导出清单", "shortlist"]),
        Object.values(simulated).includes("simulated") ? make("span", { class: "tag" }, "含模拟数据 simulated") : null),
      scroll("对比表 comparison", head, known.map((row) => compared(row, offices))),
      make("p", { class: "quiet" }, "“最优”只在已知的值之间比较；未知不算。Best among what is known."),
    ];
  });
}

function grouping(by) {
  return make("div", { class: "ways", role: "group", "aria-label": "分组 grouped by" }, ...Object.entries(GROUPS).map(([name, title]) => {
    const button = make("button", { type: "button", "aria-pressed": String(name === by) }, ...both(...title));
    button.addEventListener("click", () => showStock(name));
    return button;
  }));
}

/** Show the stock of the city by street, grade, district or use. */
export function showStock(by = "street") {
  return fill(both("存量", "stock of commercial space"), `/offices/stock?by=${by}`, ({ columns, groups }) => {
    const told = columns.filter(({ name }) => STOCK.includes(name));
    const head = make("tr", {}, make("th", { scope: "col" }, ...both(...GROUPS[by])),
      ...told.map(({ zh, en, unit }) => make("th", { scope: "col" }, ...both(zh + (unit ? `（${unitWords(unit)}）` : ""), en))));
    const rows = groups.map((group) => make("tr", {}, make("th", { scope: "row" }, group.group ?? UNKNOWN),
      ...told.map(({ name }) => make("td", group[name] === null ? { class: "unknown" } : { class: "number" }, shown(group[name]) ?? UNKNOWN))));
    const simulated = groups.some((group) => group.simulated > 0);
    return [grouping(by), make("p", {}, exports(`/offices/stock?by=${by}`), simulated ? make("span", { class: "tag" }, "含模拟数据 simulated") : null),
      scroll("存量表 stock", head, rows),
      make("p", { class: "quiet" }, "含全部用途的楼宇；面积与车位为已知值之和；租金按可租面积加权。Offices of every use; sums of what is known; rents weighted by area.")];
  });
}
