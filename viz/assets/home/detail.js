// The whole file of one office, with its units.

import { labelSection } from "./labels.js";
import { pickBox } from "./picks.js";
import { surroundingsSection } from "./surroundings.js";
import { unitSection } from "./units.js";
import { UNKNOWN, both, decimal, make, matching, parking, provenance, provenanceTag, rent, shown, space, titleOfField } from "./words.js";

const detail = document.getElementById("detail");
const LEFT_OUT = new Set(["id", "name", "dataset", "batch", "valid_from", "exceptions", "provenance",
  "building_id", "site_id"]);

function row(title, value, note) {
  return make("tr", {}, make("th", {}, ...title),
    make("td", value === UNKNOWN ? { class: "unknown" } : {}, value, note ? make("small", {}, `（${note}）`) : null));
}

/** Columns of the layer that an answer calls otherwise, since it says rents of the free units under their name. */
const CALLED = { rent_min: "asking_rent_min", rent_max: "asking_rent_max" };

/** Known fields of the layer's declaration, each with how it is known where that differs. */
function fieldRows(office, schema) {
  const exceptions = office.exceptions ?? {};
  return Object.entries(schema.properties)
    .map(([name, field]) => [name, field, office[CALLED[name] ?? name]])
    .filter(([name, , value]) => !LEFT_OUT.has(name) && shown(value) !== null)
    .map(([name, field, value]) => row(titleOfField(field), shown(value, field["x-unit-title"]),
      exceptions[name] ? provenance(exceptions[name]) : null));
}

function backButton(back) {
  const button = make("button", { type: "button" }, "← 返回列表 back");
  button.addEventListener("click", back);
  return button;
}

function show(button, ...parts) {
  detail.replaceChildren(button, ...parts);
  detail.hidden = false;
}

/** Bring what is shown before the reader. */
function face(button) {
  button.focus({ preventScroll: true });
  detail.scrollIntoView({ block: "start" });
}

/**
 * Show an office and its units. `listed` is its entry in the answer, which knows what of it meets
 * the bounds; `schemas` are those of offices and units; `daily` is described in units.js. `again`
 * where the same office is shown with new values: the reader stays where they are.
 */
export function showDetail({ office, units, listed, schemas, back, daily, again = false }) {
  const fits = matching(listed);
  const button = backButton(back);
  show(
    make("div", { class: "top" }, button, pickBox(office)),
    make("h2", {}, office.name, " ", provenanceTag(office.provenance)),
    make("p", { class: "where" }, [office.district, office.street, office.address].filter(Boolean).join(" · ")),
    make("table", { class: "rows" }, make("tbody", {},
      fits ? row(both("符合条件", "meets the need"), fits) : null,
      row(both("车位配比", "parking ratio"), parking(office)),
      make("tr", {}, make("th", {}, ...both("可租面积", "free space")), make("td", { id: "free-space" }, space(office))),
      row(both("租金", "rent"), rent(office)),
      row(both("空置率", "vacancy"), decimal(office.vacancy_percent, "%")))),
    labelSection(office),
    ...unitSection({ office, units, schema: schemas.unit, daily }),
    ...surroundingsSection(office),
    make("h3", {}, ...both("楼宇资料", "building")),
    make("table", { class: "rows" }, make("tbody", {}, ...fieldRows(office, schemas.office))),
  );
  if (!again) face(button);
}

/** Say why an office cannot be shown. */
export function showDetailFailure(error, id, back) {
  const message = error.status !== 404 ? error.message
    : `没有编号为“${id}”的楼宇，可能已被删除，或链接有误。There is no office “${id}”: it was removed, or the link is wrong.`;
  const button = backButton(back);
  show(button, make("p", { class: "wrong", role: "alert" }, message));
  face(button);
}

export function hideDetail() {
  detail.hidden = true;
  detail.replaceChildren();
}
