// What the markup alone cannot do. Without this the page is a picture with tables.

root.classList.add("live");
if (form) startFilter();
if (plane) startMap();

document.getElementById("checks")?.addEventListener("click", (event) => {
  const line = event.target.closest(".findings tbody tr");
  if (!line || String(getSelection())) return;
  const number = numberOf(line);
  const link = event.target.closest("a");
  event.preventDefault();
  choose(number, {show: false});
  if (!markOf(number)) return;
  bringIn(number);
  if (link && !beside.matches) plane.scrollIntoView({block: "center"});
});
document.getElementById("checks")?.addEventListener("pointerover", (event) => {
  const line = event.target.closest(".findings tbody tr");
  if (line && markOf(numberOf(line))) ringAt(numberOf(line));
});
document.getElementById("checks")?.addEventListener("pointerleave", () => ringAt(chosen));

// on paper every list is open
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const one of closed) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of closed) one.open = false;
});

if (/^#f\d+$/.test(location.hash)) choose(location.hash.slice(2));
root.dataset.ready = "";
