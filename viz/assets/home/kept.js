// Keeping a recommendation: under a number that a link brings back as it was.

import { lastWho, rememberWho } from "./daily.js";
import { byAndWhen, linkTo, sinceThen } from "./runs.js";
import { send } from "./service.js";
import { both, make } from "./words.js";

let number = null;

/** The number of the kept run that is shown, null where it is none. */
export function keptNumber() {
  return number;
}

/** Show the run of this number; null for none. */
export function setKept(to) {
  number = to;
}

/** What is said above a run that was kept: {id, title, made_by, made_at}. */
export function keptWords(run) {
  return make("div", { class: "saved", id: "kept" },
    make("p", {}, linkTo(run.id), run.title ? `「${run.title}」` : "", `，${byAndWhen(run)}。改动条件即按现在的数据重新推荐。`,
      make("small", { lang: "en" }, "As it was kept; a change asks anew.")),
    sinceThen(run.id));
}

/** A fold that keeps the run of a request; `onKept(answer)` gets the answer that was kept. */
export function keepForm(request, onKept) {
  const who = make("input", { name: "by", maxlength: "100", required: "", placeholder: "如：招商一组", value: lastWho() });
  const title = make("input", { name: "title", maxlength: "200", placeholder: "如：某企业选址" });
  const note = make("p", { class: "wide wrong", role: "alert", hidden: "" });
  const save = make("button", { type: "submit", class: "primary" }, ...both("保存", "keep"));
  const form = make("form", { class: "keeping" },
    make("label", { class: "half" }, ...both("标题", "title"), title),
    make("label", { class: "half" }, ...both("谁", "who"), who), note, save);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const by = who.value.trim(), named = title.value.trim();
    save.disabled = true;
    try {
      const { body } = await send("POST", "/offices/recommend",
        { ...request, store: true, ...(by ? { made_by: by } : {}), ...(named ? { title: named } : {}) });
      rememberWho(by);
      onKept(body);
    } catch (error) {
      note.hidden = false;
      note.textContent = error.message;
    } finally {
      save.disabled = false;
    }
  });
  return make("details", { class: "fold", id: "keep" }, make("summary", {}, ...both("保存本次推荐", "keep this run")), form);
}

/** What is said once a run was kept. */
export function keptNow(id) {
  return make("p", { class: "saved", role: "status", id: "kept" }, "已保存为", linkTo(id), "，链接可转发 ", make("small", { lang: "en" }, "kept; the link brings it back"));
}
