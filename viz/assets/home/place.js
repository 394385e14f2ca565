// Where the reader is: the question, the open office and the offices ticked for comparing, in the
// address and in the history. A link repeats all three; Back leaves an office for the list.

let leaving = false;
window.addEventListener("popstate", () => { leaving = false; });

const NOT_ASKED = ["office", "picked"];
let picked = [];

function address(parameters, office) {
  const shown = new URLSearchParams(parameters);
  if (picked.length) shown.set("picked", picked.join(","));
  if (office) shown.set("office", office);
  return `?${shown}`;
}

/** Return the parameters in the address, the office that is open, and those ticked. */
export function readPlace() {
  const parameters = new URLSearchParams(location.search);
  const office = parameters.get("office");
  picked = (parameters.get("picked") ?? "").split(",").filter(Boolean);
  for (const name of NOT_ASKED) parameters.delete(name);
  return { parameters, office, picked: [...picked] };
}

/** Correct the address of where the reader is. */
export function writePlace(parameters, office) {
  history.replaceState(history.state, "", address(parameters, office));
}

/** Write which offices are ticked. */
export function writePicked(ids, parameters, office) {
  picked = [...ids];
  writePlace(parameters, office);
}

/** Go from the list to an office. */
export function enterOffice(parameters, office) {
  history.pushState({ fromList: true }, "", address(parameters, office));
}

/** Go back to the list; false where the reader did not come from it. */
export function leaveOffice() {
  if (!history.state?.fromList) return false;
  if (!leaving) history.back();
  leaving = true;
  return true;
}

/** Stay, but no longer in an office: a changed question starts at its list. */
export function startAtList(parameters) {
  history.replaceState(null, "", address(parameters, null));
}
