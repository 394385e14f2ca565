// Where the reader is: the question and the open office, in the address and in the history. A link
// repeats both; Back leaves an office for the list.

let leaving = false;
window.addEventListener("popstate", () => { leaving = false; });

function address(parameters, office) {
  const shown = new URLSearchParams(parameters);
  if (office) shown.set("office", office);
  return `?${shown}`;
}

/** Return the parameters in the address, and the office that is open. */
export function readPlace() {
  const parameters = new URLSearchParams(location.search);
  const office = parameters.get("office");
  parameters.delete("office");
  return { parameters, office };
}

/** Correct the address of where the reader is. */
export function writePlace(parameters, office) {
  history.replaceState(history.state, "", address(parameters, office));
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
