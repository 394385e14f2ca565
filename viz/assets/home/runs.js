// The runs that were kept: the latest of them, and what has changed since one was.

import { ask, send } from "./service.js";
import { both, make, whole } from "./words.js";

const SHOWN = 20;

function points(score) {
  return `${score.toFixed(1)} 分`;
}

/** A link to a kept run. */
export function linkTo(id) {
  return make("a", { href: `/?${new URLSearchParams({ way: "recommend", kept: id })}` }, `推荐 ${id}`);
}

/** Who kept a run, and when. */
export function byAndWhen({ made_by: by, made_at: at }) {
  return `${by} 于 ${new Date(at).toLocaleString("zh-CN", { dateStyle: "medium", timeStyle: "short", timeZone: "Asia/Shanghai" })} 保存`;
}

function entryOf(run) {
  return make("li", {}, linkTo(run.id), run.title ? `「${run.title}」` : "", `，${byAndWhen(run)}`);
}

/** A fold with the runs that were kept last, read when it is opened. */
export function keptRuns() {
  const list = make("ul", { class: "open" });
  const fold = make("details", { class: "fold", id: "runs" }, make("summary", {}, ...both("保存过的推荐", "kept runs")), list);
  fold.addEventListener("toggle", async () => {
    if (!fold.open) return;
    list.replaceChildren(make("li", { role: "status" }, "读取中…"));
    try {
      const { recommendations } = await ask(`/recommendations?limit=${SHOWN}`);
      list.replaceChildren(...(recommendations.length
        ? recommendations.map(entryOf)
        : [make("li", {}, ...both("还没有保存过推荐", "none was kept yet"))]));
    } catch (error) {
      list.replaceChildren(make("li", { class: "wrong", role: "alert" }, error.message));
    }
  });
  return fold;
}

/** What has changed, as sentences: [zh, en] each. */
function sentencesOf({ gone = [], entered = [], left = [], moved = [], funnel = [], parts = [] }) {
  const found = [
    ...gone.map(({ zh, en }) => [zh, en]),
    ...entered.map(({ name, rank, score }) => [`新进入：${name}，第 ${rank} 名，${points(score)}`, "entered"]),
    ...left.map(({ name, rank }) => [`不再推荐：${name}（原第 ${rank} 名）`, "left"]),
    ...moved.map(({ name, rank, score }) => [
      rank[0] === rank[1]
        ? `${name}：仍第 ${rank[1]} 名，${points(score[0])} → ${points(score[1])}`
        : `${name}：第 ${rank[0]} 名 → 第 ${rank[1]} 名，${points(score[0])} → ${points(score[1])}`, "moved"]),
    ...funnel.map(({ zh, remaining }) => [`${zh}：剩 ${whole(remaining[0])} 栋 → ${whole(remaining[1])} 栋`, "remaining"]),
  ];
  if (found.length === 0 && parts.length > 0) found.push(["名次和分数未变，楼宇资料或说明有变化", "ranks and scores are the same, other parts differ"]);
  return found;
}

/** A button that asks a kept run again on today's data, and says what is different. */
export function sinceThen(id) {
  const told = make("div", { role: "status" });
  const button = make("button", { type: "button", class: "small" }, ...both("用现在的数据重做，看有何不同", "what has changed since"));
  button.addEventListener("click", async () => {
    button.disabled = true;
    told.replaceChildren("重做中…");
    try {
      const { body: { same, difference } } = await send("POST", `/recommendations/${id}/replay`);
      const sentences = sentencesOf(difference);
      told.replaceChildren(same || sentences.length === 0
        ? make("p", {}, ...both("与保存时完全相同。", "The same as it was kept."))
        : make("ul", { class: "open" }, ...sentences.map((words) => make("li", {}, ...both(...words)))));
    } catch (error) {
      told.replaceChildren(make("p", { class: "wrong", role: "alert" }, error.message));
    } finally {
      button.disabled = false;
    }
  });
  return make("div", { class: "since" }, button, told);
}
