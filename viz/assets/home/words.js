// Words and numbers as the page writes them. Everything reaches the page as text, never as markup.
// A number and its unit are joined by a space that no line breaks at.

export const UNKNOWN = "未知";

// grouped from five digits on: a year is no quantity
const number = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 0, useGrouping: "min2" });
const fine = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 2, useGrouping: "min2" });

/** Make an element with attributes and children; strings become text nodes. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "class") element.className = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Return Chinese, and English beside it, smaller. */
export function both(zh, en) {
  return en ? [`${zh} `, make("small", { lang: "en" }, en)] : [zh];
}

/** Today in the city, whatever clock the reader has, as YYYY-MM-DD. */
export function today() {
  return new Date().toLocaleDateString("sv-SE", { timeZone: "Asia/Shanghai" });
}

/** From when something free can be moved into; a day that has passed is now, as is none. */
export function freeWords(day) {
  return !day || day <= today() ? "现在可入驻" : `${day} 起可入驻`;
}

// Titles of values and units stand in the model; the page reads them from the layers' schemas.
const titles = new Map();

/** Learn the titles of a layer's values from its schema; `renamed` gives fields another name. */
export function learn(schema, renamed = {}) {
  for (const [name, field] of Object.entries(schema.properties)) {
    for (const { const: value, title } of field.oneOf ?? []) titles.set(`${renamed[name] ?? name}=${value}`, title);
  }
}

/** Return the title of a value of a field. */
export function titleOf(name, value) {
  return value === null || value === undefined ? UNKNOWN : titles.get(`${name}=${value}`) ?? String(value);
}

/** Return a value of a record as people write it; null where there is none. */
export function shown(value, unit) {
  if (value === null || value === undefined) return null;
  if (value === true) return "是";
  if (value === false) return "否";
  if (Array.isArray(value)) return value.join("、");
  if (typeof value === "number") return decimal(value, unit);
  return String(value);
}

/** Title of a field in both languages, as its layer declares it; remarks on it left out. */
export function titleOfField(field) {
  return both(field.title, field.description?.split(/[:(]/)[0].trim().toLowerCase());
}

const BASES = { office: "按楼宇车位", site: "按项目车位", estimated: "按停车面积估算" };
const WALKS = { network: "按路网", "straight-line": "直线估算" };

const UNITS = { m2: "㎡", "CNY/m2/month": "元/㎡/月", "spaces/100m2": "个/100㎡", percent: "%", min: "分钟", m: "米" };

/** Return a unit of a measure in words. */
export function unitWords(unit) {
  return unit ? UNITS[unit] ?? unit : "";
}

export function walkBasis(basis) {
  return WALKS[basis] ?? basis;
}

/** Return a measure of an office as people read it; `unit` in words. */
export function measured(name, value, unit) {
  if (value === null || value === undefined) return UNKNOWN;
  if (name === "walk_basis") return walkBasis(value);
  if (name === "parking_ratio_basis") return BASES[value] ?? value;
  if (name.endsWith("provenance") && typeof value === "string") return provenance(value);
  if (Array.isArray(value)) {
    return value.map((one) => (name.endsWith("provenance") ? provenance(one) : one)).join("、") || "没有";
  }
  if (typeof value === "object") {
    return Object.entries(value).map(([of, count]) => `${titleOf("amenity", of)} ${fine.format(Math.round(10 * count) / 10)}`).join("、") || "没有";
  }
  return typeof value === "string" ? titleOf(name, value) : shown(value, unit);
}

export function provenance(value) {
  return titleOf("provenance", value);
}

export function provenanceTag(value) {
  return make("span", { class: `tag ${value ?? ""}` }, provenance(value));
}

function written(format, value, unit) {
  if (value === null || value === undefined) return UNKNOWN;
  return unit ? `${format.format(value)}\u00a0${unit}` : format.format(value);
}

export function whole(value, unit = "") {
  return written(number, value, unit);
}

export function decimal(value, unit = "") {
  return written(fine, value, unit);
}

export function parking(office) {
  if (office.parking_ratio === null) return UNKNOWN;
  const basis = BASES[office.parking_ratio_basis];
  return `${office.parking_ratio_text}（${basis}，${provenance(office.parking_ratio_provenance)}）`;
}

export function minutes(value) {
  return value === null || value === undefined ? UNKNOWN : whole(Math.max(1, value), "分钟");
}

export function metres(value) {
  return whole(value, "m");
}

export function metro(office) {
  if (office.walk_basis === null) return UNKNOWN;
  if (office.walk_min === null) return "步行范围内没有";
  const rough = office.walk_basis === "straight-line" ? "（直线估算）" : "";
  return `${office.nearest_station}，步行约\u00a0${minutes(office.walk_min)}${rough}`;
}

const FEE = { true: ["含物业费", "with property fee"], false: ["不含物业费", "without property fee"] };

/** Whether a rent holds the property fee, [zh, en]; null where nobody says. */
export function feeWords(included) {
  return FEE[included] ?? null;
}

/** The comparable rents of what is free: by gross area and without the fee, however they are quoted. */
export function rent(office) {
  if (office.rent_min === null) return UNKNOWN;
  const low = whole(office.rent_min), high = whole(office.rent_max);
  return `${low === high ? low : `${low}–${high}`}\u00a0元/㎡/月（${feeWords(false)[0]}）`;
}

/** All that is free in an office, whatever was asked. */
export function space(office) {
  if (office.available_area === null) return UNKNOWN;
  if (office.free_units === 0) return "目前没有";
  return `${whole(office.available_area, "㎡")}，${whole(office.free_units, "个单元")}`;
}

/** What of an office meets the bounds of area and rent; null where none was set. */
export function matching(office) {
  const count = office?.matching_units;
  if (office?.matching_as === "unit") return whole(count, "个单元");
  if (office?.matching_as === "block") return `相邻\u00a0${whole(count, "个单元合并")}`;
  return null;
}
