// How the subject layer (the offices) is coloured: by the class of the chosen measure, pale where
// a highlight leaves a feature out, in one strong colour where it is selected.

const FADED = [226, 222, 215];
const FADED_SHARE = 0.84;

/** A function that colours a layer anew for a state {measure, highlighted, selected}. */
function subjectColouring(scene) {
  const byKey = new Map(scene.measures.map((measure) => [measure.key, measure]));

  return function colour(layer, state) {
    const measure = byKey.get(state.measure);
    const {getFillColor} = layer.props;
    const plain = typeof getFillColor === "function" ? getFillColor : () => getFillColor;
    const ownColour = (record, part) => {
      if (!measure) return plain(record);
      const entry = measure.classes[record[measure.class_field]];
      return entry[part] ?? entry.colour;
    };
    const colourOf = (record, part) => {
      if (state.selected !== null && String(record.id) === state.selected) return scene.selected;
      const own = ownColour(record, part);
      const out = state.highlighted !== null && !state.highlighted.has(String(record.id));
      return out ? own.map((value, i) => (i < 3 ? mix(value, FADED[i]) : value)) : own;
    };
    if (!measure && state.highlighted === null && state.selected === null) return layer;
    const trigger = [state.measure, state.highlightCount, state.selected].join("|");
    return layer.clone({
      getFillColor: (record) => colourOf(record, "colour"),
      getLineColor: (record) => colourOf(record, "edge"),
      updateTriggers: {getFillColor: trigger, getLineColor: trigger},
    });
  };
}

function mix(own, faded) {
  return Math.round(own + (faded - own) * FADED_SHARE);
}
