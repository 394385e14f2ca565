// The legend: with counts; where a scene has several measures, the reader picks the one that colours
// the subject. Folded it keeps the choice and one line of swatches; a phone begins so.

const SMALL = matchMedia("(max-width: 640px)");

/** Draw the legend. `onMeasure` gets the key of the measure that the reader picks. */
function legend(scene, {onMeasure, onFold}) {
  const target = document.getElementById("legend");
  const choice = element("div", "choice");
  const classes = element("div", "classes");
  const head = element("div", "bar");
  if (scene.measures.length > 1) {
    const title = element("span", "choose", words({zh: "着色", en: "colour by"}));
    choice.setAttribute("role", "group");
    choice.setAttribute("aria-label", "着色依据 Colour by");
    head.append(title);
  }
  head.append(foldButton(onFold));
  const buttons = scene.measures.map((measure) => {
    const button = element("button", "", words({zh: measure.title.zh, en: ""}));
    button.type = "button";
    button.title = `按${measure.title.zh}着色 · Colour by ${measure.title.en}`;
    button.addEventListener("click", () => onMeasure(measure.key));
    choice.append(button);
    return button;
  });
  target.append(head);
  if (buttons.length > 1) target.append(choice);
  target.append(classes);
  if (scene.legend.length) target.append(element("ul", "fixed", ...scene.legend.map(entryLine)));

  return function show(key) {
    const index = scene.measures.findIndex((measure) => measure.key === key);
    buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === index)));
    if (index < 0) return;
    const measure = scene.measures[index];
    const heading = element("h2", "", words(measure.title));
    if (measure.unit.zh) heading.append(" ", element("span", "unit", measure.unit.zh));
    classes.replaceChildren(heading, element("ul", "", ...measure.classes.map(entryLine)));
  };
}

function foldButton(onFold) {
  const button = element("button", "fold");
  button.type = "button";
  const fold = (folded) => {
    document.documentElement.toggleAttribute("data-folded", folded);
    button.setAttribute("aria-expanded", String(!folded));
    button.replaceChildren(words(folded ? {zh: "图例 ▾", en: "legend"} : {zh: "收起 ▴", en: "fold"}));
  };
  button.addEventListener("click", () => {
    fold(button.getAttribute("aria-expanded") === "true");
    onFold();
  });
  SMALL.addEventListener("change", () => { fold(SMALL.matches); onFold(); });
  fold(SMALL.matches);
  return button;
}

function entryLine(entry) {
  const swatch = element("i", `swatch ${entry.symbol}`);
  swatch.style.setProperty("--colour", cssColour(entry.colour));
  if (entry.edge) swatch.style.setProperty("--edge-colour", cssColour(entry.edge));
  const line = element("li", "", swatch, words(entry.label));
  if (entry.count !== null) line.append(element("span", "count", formatNumber(entry.count, 0)));
  return line;
}
