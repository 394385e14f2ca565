// The filter: what is written must stand in a line, each word of it; a number alone means that
// row, or that number as a whole, and only where there is no such, its digits anywhere.

const form = document.getElementById("filter");
const rows = [...document.querySelectorAll(".rows tbody tr")];
const rules = [...document.querySelectorAll("details.rule")];
const texts = new Map();

function textOf(line) {
  if (!texts.has(line)) {
    const rule = line.closest(".rule")?.querySelector("summary .text").textContent ?? "";
    texts.set(line, `${[...line.cells].map((cell) => cell.textContent).join(" ")} ${rule}`.toLowerCase());
  }
  return texts.get(line);
}

/** Turn what is written into a test of a line. */
function wanted(query) {
  const words = query.toLowerCase().trim().split(/\s+/).filter(Boolean);
  const exact = words.map((word) => /^\d+$/.test(word)
    ? (line) => line.dataset.row === word || new RegExp(`(^|[^\\d.])${word}([^\\d.]|$)`).test(textOf(line))
    : (line) => textOf(line).includes(word));
  const whole = (line) => exact.every((holds) => holds(line));
  const anywhere = (line) => words.every((word) => textOf(line).includes(word));
  return [...lines, ...rows].some(whole) ? whole : anywhere;
}

let openBefore = null;

function filter() {
  const query = form.q.value.trim();
  const severities = new Set([...form.querySelectorAll("[name=severity]:checked")].map((box) => box.value));
  const holds = query ? wanted(query) : () => true;
  // what was open before comes back when the words are gone
  if (query && !openBefore) openBefore = rules.map((rule) => rule.open);
  let shown = 0;
  rules.forEach((rule, place) => {
    let hits = 0;
    for (const line of rule.querySelectorAll("tbody tr")) {
      const hit = severities.has(rule.dataset.severity) && holds(line);
      line.hidden = !hit;
      markOf(numberOf(line))?.classList.toggle("off", !hit);
      hits += hit;
    }
    rule.hidden = query ? hits === 0 : !severities.has(rule.dataset.severity);
    if (query) rule.open = hits > 0;
    else if (openBefore) rule.open = openBefore[place];
    shown += hits;
  });
  if (!query) openBefore = null;
  for (const row of rows) row.hidden = !holds(row);
  document.querySelector(".no-hit").hidden = shown > 0 || lines.length === 0;
  const all = shown === lines.length;
  form.querySelector("output").textContent = all ? "" : `显示 ${shown} / ${lines.length} 处 shown`;
  if (plane) {
    hideCard();
    ringAt(chosen && !lineOf(chosen)?.hidden ? chosen : null);
  }
}

function startFilter() {
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
}
