// "Within some minutes on foot of here": a station, port or railway station of the city, and minutes.

const place = document.getElementById("walk-place");
const minutes = document.getElementById("walk-minutes");
const note = document.getElementById("walk-note");

/** Fill the places from the stations that run: [{id, name, kind}], by the kinds of their schema. */
export function fillPlaces(stations, schema) {
  for (const { const: kind, title } of schema.properties.kind.oneOf) {
    const group = document.createElement("optgroup");
    group.label = title;
    const here = stations.filter((one) => one.kind === kind).sort((a, b) => a.name.localeCompare(b.name, "zh-CN"));
    group.append(...here.map(({ id, name }) => new Option(name, id)));
    if (here.length) place.append(group);
  }
}

/** Return the bound as the service reads it, null where none is set. */
export function walkOf() {
  const time = minutes.value.trim();
  return place.value === "" || time === "" ? null : `${place.value},${time}`;
}

/** Return the bound in words. */
export function walkWords() {
  return `步行到 ${place.selectedOptions[0].text} ≤ ${minutes.value} 分钟`;
}

/** Return the field of the minutes, its note, and whether they are asked for; then they may not be empty. */
export function walkField() {
  const asked = place.value !== "";
  minutes.required = asked;
  return { minutes, note, asked };
}

export function dropWalk() {
  place.value = "";
}

/** Return the field where a bound is set, null where none is. */
export function openWalk() {
  return walkOf() === null ? null : place;
}

/** Set the bound from an address: a station by id or name, or a point; false where it is none. */
export function restoreWalk(words) {
  place.value = "";
  minutes.value = minutes.defaultValue;
  if (words === null) return true;
  const cut = words.lastIndexOf(",");
  if (cut < 1 || !(Number(words.slice(cut + 1)) > 0)) return false;
  const where = words.slice(0, cut), option = [...place.options].find(({ value, text }) => [value, text].includes(where));
  // a point, or a name that the service is to judge
  if (!option) place.add(new Option(where, where));
  place.value = option?.value ?? where;
  minutes.value = words.slice(cut + 1);
  return true;
}
