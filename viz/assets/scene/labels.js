// Keep names apart and readable. pydeck's bundle has no collision filter, so names are placed here,
// the most important first; one that would touch a placed one, or lie under a panel, waits until
// there is room.

const LABEL_GAP = 4;
const FARTHEST = 2.2; // a name this many times farther away than the centre is still drawn full size

/** A function (layers, viewport, panels) → layers, in which no two names touch. */
function labelPlacing(scene) {
  const characterSets = new Map();

  return function place(layers, viewport, panels) {
    const taken = [...panels];
    const placed = new Map();
    for (const id of scene.labels) {
      const layer = layers.find((candidate) => candidate.id === id);
      placed.set(id, placeLayer(layer, viewport, taken, characters(layer)));
    }
    return layers.map((layer) => placed.get(layer.id) ?? layer);
  };

  // The set stays that of all names: a set that follows the shown ones would redraw the glyphs.
  function characters(layer) {
    if (!characterSets.has(layer.id)) {
      const {characterSet, data, getText} = layer.props;
      const all = characterSet === "auto" ? [...new Set(data.map(getText).join(""))] : characterSet;
      characterSets.set(layer.id, all);
    }
    return characterSets.get(layer.id);
  }
}

function placeLayer(layer, viewport, taken, characterSet) {
  const {data, getPosition, getText, getSize, getPixelOffset} = layer.props;
  const growth = new Map();
  const shown = data.filter((record) => {
    const position = valueOf(getPosition, record);
    const [x, y] = viewport.project(position);
    const distance = distanceTo(viewport, position);
    if (distance > FARTHEST) return false;
    const [right, down] = valueOf(getPixelOffset, record);
    const size = valueOf(getSize, record);
    const halfWidth = (textWidth(valueOf(getText, record)) * size) / 2 + LABEL_GAP;
    const halfHeight = size / 2 + LABEL_GAP;
    const box = [
      x + right - halfWidth, y + down - halfHeight, x + right + halfWidth, y + down + halfHeight,
    ];
    const cut = box[0] < 0 || box[1] < 0 || box[2] > viewport.width || box[3] > viewport.height;
    if (cut || taken.some((other) => touch(box, other))) return false;
    taken.push(box);
    growth.set(record, distance);
    return true;
  });
  // deck.gl shrinks letters with distance; growing them by as much keeps them one size on screen.
  const grown = (record) => growth.get(record) ?? 1;
  return layer.clone({
    data: shown,
    characterSet,
    getSize: (record) => valueOf(getSize, record) * grown(record),
    getPixelOffset: (record) => valueOf(getPixelOffset, record).map((part) => part * grown(record)),
  });
}

/** Distance of a place from the camera, 1 for the centre of the view. */
function distanceTo(viewport, position) {
  const [x, y, z = 0] = viewport.projectPosition(position);
  const matrix = viewport.viewProjectionMatrix;
  const depth = matrix[3] * x + matrix[7] * y + matrix[11] * z + matrix[15];
  return Math.max(0.2, depth / viewport.focalDistance);
}

function valueOf(accessor, record) {
  return typeof accessor === "function" ? accessor(record) : accessor;
}

/** Width in ems: a Chinese character fills its square, a Latin letter about half of one. */
function textWidth(text) {
  return [...String(text)].reduce((sum, letter) => sum + (letter < "\u2e80" ? 0.56 : 1), 0);
}

function touch(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}
