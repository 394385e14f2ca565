// Start the scene: read it, draw it, wire page, pointer and host.

const SETTLE_MS = 120;
const FARTHEST_CORNER = 0.3; // degrees from the middle of the view

function start(scene) {
  furnish(scene);
  const {layers, initialViewState: home, views, ...props} = buildDeck(scene);
  let described = layers;
  const canvas = document.getElementById("city");
  const root = document.documentElement.dataset;
  let colour = subjectColouring(scene);
  let place = labelPlacing(scene);
  const state = {
    measure: scene.measures[0]?.key ?? null,
    highlighted: null,
    highlightCount: 0,
    selected: null,
    drawing: false,
    ring: [],
  };
  let city = null;
  let settling = 0;
  let pressed = {x: 0, y: 0, drawing: false};

  const camera = cameraJourneys(scene, home, heightOf, (initialViewState) => city.setProps({initialViewState}));
  const follow = instruments(camera);
  const show = cards(scene, () => select(null, {tell: true}));
  const showMeasure = legend(scene, {
    onMeasure: (key) => {
      setMeasure(key);
      tellHost({type: "cim-measure", measure: key});
    },
    onFold: () => {
      city?.setProps(surroundings());
      redrawWhenSettled();
    },
  });
  if (state.measure) showMeasure(state.measure);

  city = new globalThis.deck.Deck({
    ...props,
    canvas,
    width: "100%",
    height: "100%",
    initialViewState: home,
    layers: [],
    ...surroundings(),
    // Where a processor draws instead of a GPU, finding what is under the pointer can outlast the
    // 250 ms that a click may take; without more time such clicks would go unheard.
    eventRecognizerOptions: {click: {time: 2000}},
    onViewStateChange: ({viewState}) => {
      camera.moved(viewState);
      follow(viewState);
      show.hover({});
      redrawWhenSettled();
    },
    onResize: () => {
      city?.setProps(surroundings());
      redrawWhenSettled();
    },
    onHover: (info) => show.hover(info),
    onClick: ({layer, object}) => { if (!pressed.drawing) click(layer, object); },
    getCursor: ({isDragging, isHovering}) =>
      state.drawing ? "crosshair" : isDragging ? "grabbing" : isHovering ? "pointer" : "grab",
    onAfterRender: afterRender(() => city, () => { follow(home); redraw(); }),
    onError: fail,
  });

  // Device pixels are stated as a number: the size in device pixels that a headless Chromium
  // reports ignores the scale of the picture.
  function surroundings() {
    return {views: clearOfPanels(views), useDevicePixels: window.devicePixelRatio};
  }

  function heightOf({layer: id, record}) {
    const layer = described.find((one) => one.id === id);
    return layer.props.extruded ? valueOf(layer.props.getElevation, record) : 0;
  }

  function redrawWhenSettled() {
    clearTimeout(settling);
    settling = setTimeout(redraw, SETTLE_MS);
  }

  function redraw() {
    const [viewport] = city.getViewports();
    if (!viewport) return;
    const coloured = described.map((layer) =>
      layer.id === scene.subject ? colour(layer, state) : layer,
    );
    const area = state.ring.length ? areaLayers(state.ring) : [];
    city.setProps({layers: [...place(coloured, viewport, panelBoxes()), ...area]});
    root.drawn = String(state.ring.length);
    const {longitude, latitude, zoom} = camera.now();
    root.measure = state.measure ?? "";
    root.highlighted = state.highlighted === null ? "" : String(state.highlighted.size);
    root.selected = state.selected ?? "";
    root.camera = [longitude, latitude, zoom].map((part) => part.toFixed(5)).join(" ");
  }

  function setMeasure(key) {
    if (!scene.measures.some((measure) => measure.key === key)) return;
    state.measure = key;
    showMeasure(key);
    redraw();
  }

  function highlight(ids) {
    state.highlighted = Array.isArray(ids) ? new Set(ids.map(String)) : null;
    state.highlightCount += 1;
    redraw();
  }

  function select(id, {tell = false} = {}) {
    const found = id === null || id === undefined ? null : findRecord(scene, id);
    state.selected = found ? String(found.record.id) : null;
    if (found) show.pin(found.layer, found.record);
    else show.unpin();
    redraw();
    if (tell) tellHost({type: "cim-select", id: state.selected});
  }

  // The city has changed: other records under the same camera, colours and names follow. What is
  // written once (title, sources, the fixed legend) stays as it was.
  function renew(text) {
    Object.assign(scene, unpackShapes(JSON.parse(text)));
    described = buildDeck(scene).layers;
    colour = subjectColouring(scene);
    place = labelPlacing(scene);
    state.highlightCount += 1;
    if (state.measure) showMeasure(state.measure);
    select(state.selected);
    root.renewed = String(Number(root.renewed ?? 0) + 1);
  }

  function draw({drawing, ring}) {
    state.drawing = Boolean(drawing);
    state.ring = Array.isArray(ring) ? ring : [];
    redraw();
  }

  // On the ground under the pointer, not on the roof that hides it.
  // The browser's own click: deck.gl's waits for what is under the pointer, and may go unheard.
  canvas.addEventListener("pointerdown", ({offsetX: x, offsetY: y}) => { pressed = {x, y, drawing: state.drawing}; });
  canvas.addEventListener("click", ({offsetX: x, offsetY: y}) => {
    if (!state.drawing || Math.hypot(x - pressed.x, y - pressed.y) > 6) return;
    const view = city.getViewports()[0];
    const [longitude, latitude] = view.unproject([x, y]);
    // near the horizon a pixel is kilometres wide
    if (Math.hypot(longitude - view.longitude, latitude - view.latitude) > FARTHEST_CORNER) return;
    tellHost({type: "cim-corner", longitude, latitude});
  });

  function click(layer, object) {
    if (object && layer && layer.id !== scene.subject && scene.cards[layer.id]) {
      select(null, {tell: state.selected !== null});
      show.pin(layer.id, object);
      return;
    }
    const id = object && layer?.id === scene.subject ? object.id : null;
    if (id !== null || state.selected !== null) select(id, {tell: true});
    else show.unpin();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (state.drawing) tellHost({type: "cim-enough"});
    else select(null, {tell: state.selected !== null});
  });
  canvas.addEventListener("webglcontextlost", () => {
    delete root.ready;
    document.getElementById("state").hidden = false;
    fail(new Error("the graphics context was lost"));
  });
  listenToHost({
    highlight, fly: camera.fly, return: camera.comeBack, measure: setMeasure, select, renew, draw,
  });
}

/**
 * Runs after each frame until the first full one. Names can only be placed once the camera has a
 * size, that is after an empty frame; the first with all layers loaded is full.
 */
function afterRender(getCity, drawLayers) {
  let begun = false;
  return () => {
    if (window.cimReady) return;
    if (!begun) {
      begun = true;
      drawLayers();
      return;
    }
    const layers = getCity().layerManager?.getLayers() ?? [];
    if (layers.length === 0 || !layers.every((layer) => layer.isLoaded)) return;
    window.cimReady = true;
    document.documentElement.dataset.ready = "true";
    document.documentElement.dataset.firstFrameMs = String(Math.round(performance.now()));
    document.getElementById("state").hidden = true;
    tellHost({type: "cim-ready"});
  };
}

// Without an error object it is a remark of the browser (a resize observed late), no failure.
window.addEventListener("error", ({error}) => { if (error) fail(error); });
window.addEventListener("unhandledrejection", (event) => fail(event.reason));
try {
  if (!globalThis.deck?.Deck) throw new Error("the deck.gl bundle did not load");
  start(unpackShapes(JSON.parse(document.getElementById("scene").textContent)));
} catch (error) {
  fail(error);
}
