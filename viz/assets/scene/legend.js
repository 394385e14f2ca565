// The legend: always open, with counts; where a scene has several measures, the reader picks the
// one that colours the subject.

/** Draw the legend. `onMeasure` gets the key of the measure that the reader picks. */
function legend(scene, onMeasure) {
  const target = document.getElementById("legend");
  const choice = element("div", "choice");
  const classes = element("div", "classes");
  if (scene.measures.length > 1) {
    choice.setAttribute("role", "group");
    choice.setAttribute("aria-label", "着色依据 Colour by");
    target.append(choice);
  }
  const buttons = scene.measures.map((measure) => {
    const button = element("button", "", words({zh: measure.title.zh, en: ""}));
    button.type = "button";
    button.title = measure.title.en;
    button.addEventListener("click", () => onMeasure(measure.key));
    choice.append(button);
    return button;
  });
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

function entryLine(entry) {
  const swatch = element("i", `swatch ${entry.symbol}`);
  swatch.style.setProperty("--colour", cssColour(entry.colour));
  const line = element("li", "", swatch, words(entry.label));
  if (entry.count !== null) line.append(element("span", "count", formatNumber(entry.count, 0)));
  return line;
}
