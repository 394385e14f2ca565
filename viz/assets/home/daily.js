// The officer's day with one unit: reserve it, let it, change its rent, confirm it, and take that back.

import { remember, remembered } from "./memory.js";
import { askVersion, send } from "./service.js";
import { both, make, titleOf, today, UNKNOWN } from "./words.js";

const WHO = "cim-who";

/** Who used this browser last; empty where nobody has said. */
export function lastWho() {
  return remembered(WHO);
}

export function rememberWho(who) {
  remember(WHO, who);
}

const nameOf = (unit) => unit.unit_no ?? unit.id;
const pathOf = (unit) => `/units/${encodeURIComponent(unit.id)}`;
const only = (values, names) => Object.fromEntries(names.map((name) => [name, values[name] ?? null]));

/**
 * Write fields of a unit, but over no other version; return {body, batch, version}, no batch where
 * nothing differed. Throws an error that says `outdated` where somebody was faster.
 */
async function write(unit, version, changes, { by, reason }, outdated) {
  try {
    const { body, headers } = await send("PATCH", pathOf(unit), { ...changes, by, ...(reason ? { reason } : {}) }, version);
    return { body, batch: headers.get("batch-number"), version: headers.get("etag") };
  } catch (error) {
    throw error.outdated ? new Error(outdated) : error;
  }
}

/** Change fields of a unit; return {unit, office, words, warnings, undo}, the last null where nothing differed. */
async function change(unit, changes, note) {
  // not from the list, which may be older than another officer's change
  const { body: { properties }, version: read } = await askVersion(pathOf(unit));
  const { body, batch, version } = await write(unit, read, changes, note,
    `单元 ${nameOf(unit)} 刚刚另有改动，没有保存，请再试。It was changed just now; nothing was saved.`);
  return {
    unit: unit.id, office: unit.office_id, warnings: body.warnings ?? [],
    words: batch ? `单元 ${nameOf(unit)} 已保存，批次 ${batch} · saved as batch ${batch}`
      : `单元 ${nameOf(unit)} 已是这样，没有新批次 · it was so already`,
    undo: batch ? { unit, batch, version, before: only(properties, Object.keys(changes)) } : null,
  };
}

/** Put back what a batch changed, as one more batch, unless somebody changed the unit since. */
async function takeBack({ unit, batch, version, before }) {
  const note = { by: lastWho(), reason: `撤销 批次 ${batch} / undo of batch ${batch}` };
  const { body, batch: own } = await write(unit, version, before, note,
    `单元 ${nameOf(unit)} 此后又有改动，没有撤销。It was changed since; nothing was taken back.`);
  return {
    unit: unit.id, office: unit.office_id, warnings: body.warnings ?? [], undo: null,
    words: `批次 ${batch} 已撤销，原值以批次 ${own} 写回 · batch ${batch} undone by batch ${own}`,
  };
}

/** What was said of the last change, with the rules it breaks and the way back. */
export function savedLine(outcome, onSaved) {
  const line = make("div", { class: "saved", role: "status", id: "saved" }, outcome?.words ?? "");
  if (!outcome) return line;
  if (outcome.warnings.length) {
    line.append(make("ul", { class: "cautions" }, ...outcome.warnings.map((words) => make("li", {}, words))));
  }
  if (outcome.undo) {
    const fault = make("span", { class: "wrong", role: "alert" });
    const button = make("button", { type: "button", class: "small", title: "以新批次写回原值 puts the former values back as a new batch" },
      ...both("撤销", "undo"));
    button.addEventListener("click", async () => {
      button.disabled = true;
      fault.textContent = "";
      try {
        await onSaved(await takeBack(outcome.undo));
      } catch (error) {
        fault.textContent = error.message;
      } finally {
        button.disabled = false;
      }
    });
    line.append(" ", button, " ", fault);
  }
  return line;
}

function stateBoxes(unit, field) {
  return make("fieldset", { class: "ticks wide" }, make("legend", {}, ...both("状态", "status")), ...field.oneOf.map(({ const: state }) => {
    const box = make("input", { type: "radio", name: "status", value: state });
    box.checked = state === unit.status;
    return make("label", { class: "chip tickable" }, box, make("span", {}, titleOf("status", state)));
  }));
}

function labelled(words, input, kind = "half") {
  return make("label", { class: kind }, ...words, input);
}

/** What of the form differs from the unit. */
function changesOf(form, unit) {
  const { status, rent, verified } = form.elements;
  const changes = {};
  if (status.value && status.value !== unit.status) changes.status = status.value;
  const asked = rent.value === "" ? null : Number(rent.value);
  if (asked !== (unit.rent ?? null)) changes.rent = asked;
  if (verified.checked && unit.verified_on !== today()) changes.verified_on = today();
  return changes;
}

/** The form that changes a unit; `onSaved(outcome)` hears what was done. */
export function changeForm(unit, schema, onSaved) {
  const who = make("input", { name: "by", maxlength: "100", required: "", placeholder: "如：招商一组", value: lastWho() });
  const verified = make("input", { type: "checkbox", name: "verified" });
  const note = make("p", { class: "wide wrong", role: "alert", hidden: "" });
  const save = make("button", { type: "submit", class: "primary" }, "保存 ", make("small", {}, "save"));
  const form = make("form", { class: "daily", "aria-label": `修改单元 ${nameOf(unit)} change` },
    stateBoxes(unit, schema.properties.status),
    labelled(both("租金 元/㎡/月", "rent"), make("input", { name: "rent", type: "number", min: "0", step: "any", inputmode: "decimal", value: unit.rent ?? "", placeholder: UNKNOWN })),
    make("label", { class: "half tick" }, verified, ...both("今日已核验", "verified today")),
    labelled(both("谁", "who"), who),
    labelled(both("原因", "why"), make("input", { name: "reason", maxlength: "500", placeholder: "如：已签约" })),
    note, save);
  const say = (message) => { note.hidden = false; note.textContent = message; };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const changes = changesOf(form, unit);
    if (Object.keys(changes).length === 0) return say("没有改动。Nothing differs.");
    const by = who.value.trim();
    rememberWho(by);
    save.disabled = true;
    try {
      onSaved(await change(unit, changes, { by, reason: form.elements.reason.value.trim() }));
    } catch (error) {
      say(error.message);
    } finally {
      save.disabled = false;
    }
  });
  return form;
}
