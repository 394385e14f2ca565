// The need: a form whose state stands in the address, so that a link repeats the question.

const form = document.getElementById("need");

/** Return the parameters of the question, empty fields left out. */
export function asked() {
  const parameters = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    const text = String(value).trim();
    if (text !== "") parameters.set(name, text);
  }
  return parameters;
}

/** Whether anything but the use and the order was asked. */
export function isBound(parameters) {
  return [...parameters.keys()].some((name) => name !== "sort" && name !== "use");
}

/** Write the question into the address bar. */
export function remember(parameters, office) {
  const shown = new URLSearchParams(parameters);
  if (office) shown.set("office", office);
  history.replaceState(null, "", `?${shown}`);
}

function fill(name, options) {
  const select = form.elements[name];
  for (const [value, title] of options) select.add(new Option(title, value));
}

async function json(path) {
  const answer = await fetch(path, { headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

/** Fill the choices from what the city holds, then the form from the address. */
export async function prepare() {
  const [schema, unitSchema, streets, districts] = await Promise.all([
    json("/collections/office/schema"),
    json("/collections/office_unit/schema"),
    json("/collections/area/items?level=street&limit=1000"),
    json("/collections/business_district/items?limit=1000"),
  ]);
  fill("use", [...schema.properties.use.oneOf.map(({ const: use }) => [use, use]), ["全部", "全部 any"]]);
  fill("grade", schema.properties.grade.oneOf.map(({ const: grade }) => [grade, grade]));
  fill("street", streets.features.map(({ properties: p }) => [p.id, p.name]));
  fill("business_district", districts.features.map(({ properties: p }) => [
    p.id, p.confirmed ? p.name : `${p.name}（待确认）`,
  ]));
  const given = new URLSearchParams(location.search);
  for (const [name, value] of given) {
    if (form.elements[name]) form.elements[name].value = value;
  }
  return { schema, unitSchema, office: given.get("office") };
}

/** Call `changed` when the reader has changed the need, a moment after the last key. */
export function onChange(changed) {
  let timer;
  const soon = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(changed, wait);
  };
  form.addEventListener("input", () => soon(300));
  form.addEventListener("submit", (event) => { event.preventDefault(); soon(0); });
  form.addEventListener("reset", () => soon(0));
}
