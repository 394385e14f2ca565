// What this browser remembers between visits; one that keeps nothing still shows the page.

export function remembered(name) {
  try {
    return localStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // it is asked again next time
  }
}
