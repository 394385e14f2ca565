// The answer: how many, for how many that cannot be said, and each office in a few words.

import { labelChips } from "./labels.js";
import { pickBox } from "./picks.js";
import { saveFile } from "./service.js";
import { both, make, matching, metro, parking, provenanceTag, rent, space, UNKNOWN, whole } from "./words.js";

const PAGE = 30;
const answer = document.getElementById("answer");
const list = document.getElementById("list");
const more = document.getElementById("more");

const BOUNDS = {
  parking_ratio_min: "车位配比", metro_walk_max: "步行时间", space: "面积或租金",
  grade: "等级", street: "所在街道", business_district: "所在商圈", labels: "标签", lines: "地铁线路",
  port_walk_max: "步行到口岸", railway_walk_max: "步行到火车站", clear_height_min: "净高",
  completed_min: "竣工年份", ownership: "权属", registrable: "可注册", floors_whole: "整层",
  within_walk: "步行到所选地点",
};

function clear(...instead) {
  list.replaceChildren(...instead);
  more.hidden = true;
}

export function showLoading() {
  answer.className = "";
  answer.replaceChildren("查找中…");
  clear(...Array.from({ length: 4 }, () => make("li", {}, make("div", { class: "ghost" }))));
}

/** Say that there is no answer; `retry` is left out where it could not help. */
export function showFailure(message, retry) {
  answer.className = "failed";
  answer.replaceChildren(make("strong", {}, "没有得到答案 "), make("p", {}, message));
  if (retry) {
    const again = make("button", { type: "button" }, "重试 try again");
    again.addEventListener("click", retry);
    answer.append(again);
  }
  clear();
}

/** Say that the question must be mended first. */
export function showNotAsked() {
  answer.className = "";
  answer.replaceChildren(...both("条件有误，改正后查找。", "mend the marked field first"));
  clear();
}

function fact(title, value, kind = "") {
  return make("div", { class: kind }, make("dt", {}, title),
    make("dd", value === UNKNOWN ? { class: "unknown" } : {}, value));
}

function entry(office, open) {
  const fits = matching(office);
  const button = make("button", { type: "button", class: "office", "data-id": office.id },
    make("h2", {}, office.name, provenanceTag(office.provenance)),
    make("p", { class: "where" }, [office.grade, office.street, office.address].filter(Boolean).join(" · ")),
    make("dl", { class: "facts" },
      fits ? fact("符合：", fits, "fits") : null,
      fact("车位", parking(office)), fact("地铁", metro(office)),
      fact(fits ? "共可租" : "可租", space(office)), fact("租金", rent(office))));
  button.addEventListener("click", () => open(office.id));
  return make("li", { class: "card" }, button,
    make("div", { class: "foot" }, labelChips(office.labels) ?? make("span"),
      office.unverified ? make("span", { class: "tag" }, "房源待核验") : null, pickBox(office)));
}

function unknownWords(unknown) {
  const parts = Object.entries(unknown).map(([name, count]) => `${BOUNDS[name] ?? name} ${whole(count, "栋")}`);
  return parts.length === 0 ? null
    : make("p", {}, ...both(`因数据未知未计入：${parts.join("、")}`, "left out, value unknown"));
}

function similarWords(match) {
  return match !== "similar" ? null
    : make("p", {}, ...both("没有完全相符的名称，以下是相近的", "no exact match, these are similar"));
}

function countWords(matched, offices, onlyFree) {
  const count = make("strong", {}, whole(matched));
  if (onlyFree) return [count, ...both(" 栋有可租空间且符合", "with free space match")];
  const free = offices.filter((office) => office.free_units > 0).length;
  if (offices.length < matched || matched === 0) return [count, ...both(" 栋符合", "offices match")];
  return [count, ...(free === matched
    ? both(" 栋符合，都有可租空间", "match, all with free space")
    : both(` 栋符合，其中 ${whole(free)} 栋有可租空间`, `match, ${whole(free)} with free space`))];
}

/** Links to the same answer as files. */
function exports(question, area) {
  return make("p", { class: "exports" }, "导出 export ",
    ...["csv", "xlsx"].flatMap((form) => [exported(question, area, form), " "]));
}

/** A link to a file; an area is sent, since a link cannot carry it. */
function exported(question, area, form) {
  const title = form === "csv" ? "CSV" : "Excel";
  if (area === null) return make("a", { href: `/offices?${question}&f=${form}`, download: "" }, title);
  const button = make("button", { type: "button", class: "small" }, title);
  button.addEventListener("click", async () => {
    button.disabled = true;
    await saveFile(`/offices/search?${question}&f=${form}`, area).catch((error) => { button.after(` ${error.message}`); });
    button.disabled = false;
  });
  return button;
}

/**
 * Show a FeatureCollection of offices. `question` is what was asked, `area` where
 * (GeoJSON or null), `onlyFree` whether only for free space.
 */
export function showOffices(collection, { open, question, area, onlyFree }) {
  const offices = collection.features.map((feature) => feature.properties);
  answer.className = "";
  answer.replaceChildren(...countWords(collection.numberMatched, offices, onlyFree),
    ...[similarWords(collection.text_match), unknownWords(collection.unknown), offices.length ? exports(question, area) : null].filter(Boolean));
  if (offices.length === 0) {
    clear(make("li", { class: "empty" },
      "没有符合全部条件的楼宇。可以放宽或去掉上面的条件，或换个说法。",
      make("br"), make("small", {}, "No office meets every bound: widen or drop one, or word it otherwise.")));
    return;
  }
  clear();
  const grow = (from) => {
    list.append(...offices.slice(from, from + PAGE).map((office) => entry(office, open)));
    const left = offices.length - from - PAGE;
    more.hidden = left <= 0;
    more.textContent = `再显示 ${Math.min(PAGE, left)} 栋 more`;
    more.onclick = () => grow(from + PAGE);
  };
  grow(0);
  if (offices.length < collection.numberMatched) {
    answer.append(make("p", {}, ...both(`只列出前 ${whole(offices.length)} 栋，请缩小范围`, "only the first are listed")));
  }
}

/** Mark the office that is open. */
export function markOpen(id) {
  for (const button of list.querySelectorAll(".office")) {
    button.setAttribute("aria-current", String(button.dataset.id === id));
  }
}

/** Return the entry of an office, if it is listed. */
export function entryOf(id) {
  return [...list.querySelectorAll(".office")].find((button) => button.dataset.id === id);
}

export function showList(visible) {
  document.getElementById("found").hidden = !visible;
}
