// The map: wheel, pinch, drag and buttons move it; marks keep their size. A mark is found by its
// distance from the pointer, so that thousands need no listener and near ones are told together.

const plane = document.getElementById("plane");
const world = document.getElementById("world");
const ring = document.getElementById("ring");
const card = document.getElementById("card");
const marks = plane ? [...plane.querySelectorAll("#marks path")].map(whereabouts) : [];

const WIDTH = 1000;
const REACH = 11; // pixels around the pointer in which marks are found
const FARTHEST = 400;
const TOLD = 12; // findings that the card tells
const view = {x: 0, y: 0, scale: 1, unit: 1, height: 0};

/** A mark: its sign stands around the place that is meant. */
function whereabouts(sign) {
  const box = sign.getBBox();
  return {
    sign,
    number: sign.id.slice(1),
    x: box.x + box.width / 2,
    y: box.y + box.height / 2,
    severity: sign.parentNode.getAttribute("class"),
  };
}

/** The least scale: that of the first view, or of all marks where some lie beyond it. */
let least = 1;

function draw() {
  world.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.scale})`);
  plane.style.setProperty("--k", view.unit / view.scale);
  plane.classList.toggle("near", view.scale > 1.001);
  drawScale();
  hideCard();
  thinNames();
}

/** Fit the plane's units to the window, keeping the middle. */
function measure() {
  const box = plane.getBoundingClientRect();
  if (!box.width) return;
  const before = view.height || 760;
  view.unit = WIDTH / box.width;
  view.height = box.height * view.unit;
  view.y += (view.height - before) / 2;
  plane.setAttribute("viewBox", `0 0 ${WIDTH} ${view.height}`);
  draw();
}

function drawScale() {
  const perUnit = Number(plane.dataset.metresPerUnit) / view.scale;
  const longest = perUnit * WIDTH / 4;
  const power = 10 ** Math.floor(Math.log10(longest));
  const metres = [5, 2, 1].map((step) => step * power).find((step) => step <= longest);
  const length = metres / perUnit;
  const scale = document.getElementById("scale");
  scale.setAttribute("transform", `translate(${14 * view.unit} ${view.height - 14 * view.unit}) scale(${view.unit})`);
  scale.querySelector("path").setAttribute("d", `M0-6V0H${length / view.unit}V-6`);
  const text = scale.querySelector("text");
  text.style.fontSize = "13px";
  text.setAttribute("x", length / view.unit / 2);
  text.textContent = metres >= 1000 ? `${metres / 1000} km` : `${metres} m`;
}

/** Of names that would lie on each other the first one stays: districts before streets. */
function thinNames() {
  const kept = [];
  for (const text of plane.querySelectorAll(".names text")) {
    const size = text.matches(".district") ? 16 : 13;
    const x = (text.x.baseVal[0].value * view.scale + view.x) / view.unit;
    const y = (text.y.baseVal[0].value * view.scale + view.y) / view.unit;
    const half = (text.textContent.length * size) / 2;
    const hides = kept.some((one) => Math.abs(one.x - x) < one.half + half && Math.abs(one.y - y) < 18);
    text.classList.toggle("hides", hides);
    if (!hides) kept.push({x, y, half});
  }
}

/** Where the pointer is, in units of the plane. */
function at(event) {
  const box = plane.getBoundingClientRect();
  return {x: (event.clientX - box.left) * view.unit, y: (event.clientY - box.top) * view.unit};
}

function zoomBy(factor, middle = {x: WIDTH / 2, y: view.height / 2}) {
  const scale = Math.min(FARTHEST, Math.max(least, view.scale * factor));
  const by = scale / view.scale;
  view.x = middle.x - (middle.x - view.x) * by;
  view.y = middle.y - (middle.y - view.y) * by;
  view.scale = scale;
  draw();
}

function home() {
  Object.assign(view, {x: 0, y: (view.height - 760) / 2, scale: 1});
  draw();
}

/** Show every mark there is. */
function showAll() {
  const xs = marks.map((mark) => mark.x);
  const ys = marks.map((mark) => mark.y);
  const [west, east, north, south] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  view.scale = 0.88 * Math.min(WIDTH / (east - west || 1), view.height / (south - north || 1), 1);
  least = Math.min(least, view.scale);
  view.x = WIDTH / 2 - (view.scale * (west + east)) / 2;
  view.y = view.height / 2 - (view.scale * (north + south)) / 2;
  draw();
}

/** The marks within reach of a point, the nearest first. */
function near(point) {
  const reach = REACH * view.unit;
  return marks
    .filter((mark) => !mark.sign.classList.contains("off"))
    .map((mark) => ({mark, apart: Math.hypot(mark.x * view.scale + view.x - point.x, mark.y * view.scale + view.y - point.y)}))
    .filter(({apart}) => apart <= reach)
    .sort((one, other) => one.apart - other.apart)
    .map(({mark}) => mark);
}

function ringAt(number) {
  const mark = marks.find((one) => one.number === String(number));
  if (!mark) {
    ring?.setAttribute("visibility", "hidden");
    return;
  }
  ring.setAttribute("cx", mark.x);
  ring.setAttribute("cy", mark.y);
  ring.setAttribute("visibility", "visible");
}

/** Move the map so that a mark can be seen. */
function bringIn(number) {
  const mark = marks.find((one) => one.number === String(number));
  if (!mark) return;
  const [x, y] = [mark.x * view.scale + view.x, mark.y * view.scale + view.y];
  const edge = 30 * view.unit;
  if (x > edge && x < WIDTH - edge && y > edge && y < view.height - edge) return;
  view.scale = Math.max(view.scale, 1);
  view.x = WIDTH / 2 - mark.x * view.scale;
  view.y = view.height / 2 - mark.y * view.scale;
  draw();
}

/** Tell what the marks under the pointer are; `passing` only while it stays there. */
function tell(found, point, passing) {
  card.replaceChildren();
  card.classList.toggle("passing", passing);
  if (found.length > 1) card.append(made("p", `这里有 ${found.length} 处 · ${found.length} here`));
  for (const mark of found.slice(0, passing ? 3 : TOLD)) {
    const {head, text} = told(lineOf(mark.number));
    const button = made("button", "");
    button.type = "button";
    const sign = document.querySelector(`summary .sign.${mark.severity}`).cloneNode(true);
    button.append(sign, " ", made("b", head), made("br", ""), text);
    button.addEventListener("click", () => choose(mark.number));
    card.append(button);
  }
  const told_ = Math.min(found.length, passing ? 3 : TOLD);
  if (found.length > told_) card.append(made("p", `还有 ${found.length - told_} 处，放大可见 · and ${found.length - told_} more`));
  card.hidden = false;
  const [x, y] = [point.x / view.unit, point.y / view.unit];
  const [wide, high] = [plane.clientWidth, plane.clientHeight];
  card.style.left = `${Math.max(8, Math.min(x + 14, wide - card.offsetWidth - 8))}px`;
  card.style.top = `${y + 18 + card.offsetHeight < high ? y + 18 : Math.max(8, y - card.offsetHeight - 14)}px`;
}

function made(tag, text) {
  const one = document.createElement(tag);
  one.textContent = text;
  return one;
}

function hideCard() {
  card.hidden = true;
}

function startMap() {
  const held = new Map();
  let moved = 0;
  let lastScroll = 0;
  addEventListener("scroll", () => { lastScroll = performance.now(); }, {passive: true});

  plane.addEventListener("wheel", (event) => {
    const factor = Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002));
    // who scrolls down the page is not stopped by the map, nor at its end
    const atEnd = factor < 1 && view.scale <= least * 1.001;
    if (atEnd || (performance.now() - lastScroll < 350 && !event.ctrlKey)) return;
    event.preventDefault();
    zoomBy(factor, at(event));
  }, {passive: false});

  plane.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    held.set(event.pointerId, at(event));
    if (held.size === 1) moved = 0;
  });
  plane.addEventListener("pointermove", (event) => {
    const now = at(event);
    const before = held.get(event.pointerId);
    if (!before) {
      if (event.pointerType === "mouse") hover(now);
      return;
    }
    moved += Math.hypot(now.x - before.x, now.y - before.y) / view.unit;
    // only a drag takes the pointer, so that a click stays a click
    if (moved < 4) return;
    plane.setPointerCapture(event.pointerId);
    plane.classList.add("held");
    if (held.size === 1) {
      view.x += now.x - before.x;
      view.y += now.y - before.y;
      draw();
    } else if (held.size === 2) {
      const [, still] = [...held].find(([id]) => id !== event.pointerId);
      const apart = (point) => Math.hypot(point.x - still.x, point.y - still.y) || 1;
      zoomBy(apart(now) / apart(before), still);
    }
    held.set(event.pointerId, now);
  });
  const release = (event) => {
    if (!held.delete(event.pointerId)) return;
    plane.classList.remove("held");
    if (event.type === "pointerup" && moved < 4) pick(at(event));
  };
  plane.addEventListener("pointerup", release);
  plane.addEventListener("pointercancel", release);
  plane.addEventListener("pointerleave", () => { if (card.classList.contains("passing")) hideCard(); });

  const doing = {in: () => zoomBy(1.7), out: () => zoomBy(1 / 1.7), home, all: showAll};
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.hidden = false;
    button.addEventListener("click", doing[button.dataset.zoom]);
  }
  document.getElementById("zoom").hidden = false;
  new ResizeObserver(measure).observe(plane);
  measure();
}

function hover(point) {
  const found = near(point);
  plane.classList.toggle("on-mark", found.length > 0);
  if (found.length) tell(found, point, true);
  else if (card.classList.contains("passing")) hideCard();
}

function pick(point) {
  const found = near(point);
  if (!found.length) return hideCard();
  choose(found[0].number, {show: beside.matches});
  tell(found, point, false);
}
