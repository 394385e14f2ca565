// The answer: how many, for how many that cannot be said, and each office in a few words.

import { make, metro, parking, provenanceTag, rent, space, whole } from "./words.js";

const PAGE = 30;
const answer = document.getElementById("answer");
const list = document.getElementById("list");

const BOUNDS = {
  parking_ratio_min: "车位配比", metro_walk_max: "步行时间", space: "面积或租金",
  grade: "等级", street: "所在街道", business_district: "所在商圈",
};

export function showLoading() {
  answer.className = "";
  answer.replaceChildren("查找中…");
  list.replaceChildren(...Array.from({ length: 4 }, () => make("li", {}, make("div", { class: "ghost" }))));
}

export function showFailure(message, retry) {
  const again = make("button", { type: "button" }, "重试 try again");
  again.addEventListener("click", retry);
  answer.className = "failed";
  answer.replaceChildren(make("strong", {}, "没有得到答案 "), make("p", {}, message), again);
  list.replaceChildren();
}

function fact(title, value) {
  return make("div", {}, make("dt", {}, title), make("dd", value === "未知" ? { class: "unknown" } : {}, value));
}

function entry(office, open) {
  const button = make("button", { type: "button", class: "office", "data-id": office.id },
    make("h2", {}, office.name, provenanceTag(office.provenance)),
    make("p", { class: "where" }, [office.grade, office.street, office.address].filter(Boolean).join(" · ")),
    make("dl", { class: "facts" },
      fact("车位", parking(office)), fact("地铁", metro(office)),
      fact("可租", space(office)), fact("租金", rent(office))));
  button.addEventListener("click", () => open(office.id));
  return make("li", {}, button);
}

function unknownWords(unknown) {
  const parts = Object.entries(unknown).map(([name, count]) => `${BOUNDS[name] ?? name} ${whole(count)} 栋`);
  return parts.length === 0 ? null
    : make("p", {}, `因数据未知未计入：${parts.join("、")} `, make("small", {}, "left out, value unknown"));
}

/** Show a FeatureCollection of offices. */
export function showOffices(collection, open) {
  const offices = collection.features.map((feature) => feature.properties);
  answer.className = "";
  answer.replaceChildren(
    make("strong", {}, whole(collection.numberMatched)), " 栋符合 ", make("small", {}, "offices match"),
    ...[unknownWords(collection.unknown)].filter(Boolean));
  if (offices.length === 0) {
    list.replaceChildren(make("li", { class: "empty" },
      "没有符合全部条件的楼宇。可以放宽面积、租金或步行时间，或清除条件。",
      make("br"), make("small", {}, "No office meets every bound: widen area, rent or walking time.")));
    return;
  }
  list.replaceChildren();
  const grow = (from) => {
    document.getElementById("more")?.remove();
    list.append(...offices.slice(from, from + PAGE).map((office) => entry(office, open)));
    if (from + PAGE < offices.length) {
      const more = make("button", { type: "button", id: "more" }, `再显示 ${Math.min(PAGE, offices.length - from - PAGE)} 栋 more`);
      more.addEventListener("click", () => grow(from + PAGE));
      list.after(more);
    }
  };
  grow(0);
  if (offices.length < collection.numberMatched) {
    answer.append(make("p", {}, `只列出前 ${whole(offices.length)} 栋，请缩小范围 `, make("small", {}, "only the first are listed")));
  }
}

/** Mark the office that is open. */
export function markOpen(id) {
  for (const button of list.querySelectorAll(".office")) {
    button.setAttribute("aria-current", String(button.dataset.id === id));
  }
}

export function showList(visible) {
  list.hidden = !visible;
  answer.hidden = !visible;
  const more = document.getElementById("more");
  if (more) more.hidden = !visible;
}
