// From the scene's description and data to deck.gl layers. The converter sees only the description:
// it would take any string that begins with "@@" for code, and the data must stay data.

// Shapes travel as steps between points, in this part of a degree; see viz/packing.py.
const STEP = 1e-6;

/** Put the points of all shapes back into the records. */
function unpackShapes(scene) {
  for (const record of Object.values(scene.data).flat()) {
    if (record.path) record.path = pointsOf(record.path);
    if (record.polygon) record.polygon = record.polygon.map(pointsOf);
  }
  return scene;
}

function pointsOf(steps) {
  if (typeof steps[0] !== "number") return steps;
  const points = [];
  for (let i = 0, x = 0, y = 0; i < steps.length; i += 2) {
    x += steps[i];
    y += steps[i + 1];
    points.push([x * STEP, y * STEP]);
  }
  return points;
}

/** The props of the deck (views, effects, camera) and its layers, data attached. */
function buildDeck(scene) {
  const classes = Object.fromEntries(
    Object.entries(globalThis.deck).filter(
      ([name, value]) => typeof value === "function" && /^_?[A-Z]/.test(name),
    ),
  );
  const {JSONConverter, COORDINATE_SYSTEM} = globalThis.deck;
  const converter = new JSONConverter({
    configuration: {classes, enumerations: {COORDINATE_SYSTEM}},
  });
  const {layers: described = [], ...rest} = scene.deck;
  const props = converter.convert({...rest, layers: described});
  const layers = props.layers.map((layer, index) => {
    if (!layer) throw new Error(`deck.gl knows no layer ${described[index]["@@type"]}`);
    return layer.clone({data: scene.data[layer.id]});
  });
  return {...props, layers};
}

/** Middle of a record's shape as [longitude, latitude], or null. */
function middleOf(record) {
  const shape = record.position ?? record.polygon ?? record.path;
  if (!shape) return null;
  const numbers = shape.flat(Infinity);
  if (record.position) return numbers.slice(0, 2);
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < numbers.length; i += 2) {
    west = Math.min(west, numbers[i]);
    east = Math.max(east, numbers[i]);
    south = Math.min(south, numbers[i + 1]);
    north = Math.max(north, numbers[i + 1]);
  }
  return [(west + east) / 2, (south + north) / 2];
}

/** The record with an id, looked for in the subject first, then in every layer with a card. */
function findRecord(scene, id) {
  const wanted = String(id);
  for (const layer of new Set([scene.subject, ...Object.keys(scene.cards)])) {
    const record = (scene.data[layer] ?? []).find((row) => String(row.id) === wanted);
    if (record) return {layer, record};
  }
  return null;
}
