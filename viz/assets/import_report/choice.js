// One finding is chosen at a time; its mark, its line in the table of its rule and its row in the
// table of rejected rows show it together.

const root = document.documentElement;
const beside = matchMedia("(min-width: 1061px)");
const lines = [...document.querySelectorAll(".findings tbody tr")];

/** The line of a finding, by number. */
const lineOf = (number) => document.getElementById(`f${number}`);
const markOf = (number) => document.getElementById(`m${number}`);
const numberOf = (line) => line.id.slice(1);

let chosen = null;

/** Choose a finding: light its line and its mark up; `show` brings the line into view. */
function choose(number, {show = true} = {}) {
  for (const lit of document.querySelectorAll("tr.picked")) lit.classList.remove("picked");
  const line = lineOf(number);
  if (!line) return;
  chosen = number;
  line.classList.add("picked");
  line.closest("details").open = true;
  document.getElementById(`r${line.dataset.row}`)?.classList.add("picked");
  if (show) line.scrollIntoView({block: "nearest"});
  ringAt(number);
}

/** What a line says, in one sentence for the map. */
function told(line) {
  const [row, id, field, value, reason] = [...line.cells].map((cell) => firstWords(cell));
  const head = [`第 ${row} 行`, id].filter(Boolean).join(" · ");
  return {head, text: `${field} = ${value}：${reason}`};
}

/** The Chinese of a cell, or all of it where it has no other language beside it. */
function firstWords(cell) {
  const kept = [...cell.childNodes].filter((node) => !node.matches?.(".en, small"));
  return kept.map((node) => node.textContent.trim()).join(" ").trim();
}
