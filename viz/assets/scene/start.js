// Start the scene: read it, draw it, wire page, pointer and host.

const SETTLE_MS = 120;
const FLIGHT_MS = 900;
const CLOSE_ZOOM = 16.2;

function fail(error) {
  console.error(error);
  const root = document.documentElement;
  if (root.dataset.ready) return;
  root.dataset.failed = String(error?.message ?? error);
  const noWebGL = !document.createElement("canvas").getContext("webgl2");
  document.getElementById("state-zh").textContent = noWebGL
    ? "此浏览器无法绘制三维画面（需要 WebGL 2）。请换用新版浏览器，或开启硬件加速。"
    : "画面绘制失败，请重新加载页面。";
  document.getElementById("state-en").textContent = noWebGL
    ? "This browser cannot draw in 3D (WebGL 2 is missing). Use a recent one or switch hardware acceleration on."
    : "The scene could not be drawn. Please reload the page.";
}

function furnish(scene) {
  const root = document.documentElement;
  root.style.setProperty("--backdrop", cssColour(scene.background));
  root.toggleAttribute("data-embedded", window.parent !== window);
  document.getElementById("city").setAttribute("aria-label", `${scene.title.zh} ${scene.title.en}`);
  document.getElementById("title-zh").textContent = scene.title.zh;
  document.getElementById("title-en").textContent = scene.title.en;
  if (scene.subtitle.zh) document.getElementById("subtitle").append(words(scene.subtitle));
  document.getElementById("pills").append(
    ...scene.pills.map((pill) => element("span", "pill", words(pill))),
  );
  const about = document.getElementById("about");
  if (scene.moment) {
    about.append(element("p", "", words({zh: "数据日期", en: "data as of"}), " ", scene.moment));
  }
  if (scene.sources.length || scene.notes.length) {
    about.append(
      element("details", "",
        element("summary", "", words({zh: "来源与说明", en: "sources and notes"})),
        element("ul", "", ...[...scene.sources, ...scene.notes].map((note) => words(note, "li"))),
      ),
    );
  }
}

function start(scene) {
  furnish(scene);
  const {Deck, FlyToInterpolator, LinearInterpolator} = globalThis.deck;
  const {layers: described, initialViewState: home, views, ...props} = buildDeck(scene);
  const colour = subjectColouring(scene);
  const place = labelPlacing(scene);
  const canvas = document.getElementById("city");
  const state = {
    measure: scene.measures[0]?.key ?? null,
    highlighted: null,
    highlightCount: 0,
    selected: null,
  };
  let camera = home;
  let viewport = null;
  let settling = 0;
  let journeys = 0;
  let placedFrame = false;

  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const show = cards(scene, () => select(null, {tell: true}));
  const showMeasure = legend(scene, (key) => {
    setMeasure(key);
    tellHost({type: "cim-measure", measure: key});
  });
  const follow = instruments({
    reset: () => move(home),
    zoomBy: (step) => move({zoom: camera.zoom + step}, 250),
  });

  if (state.measure) showMeasure(state.measure);
  let city = null;
  city = new Deck({
    ...props,
    views: clearOfPanels(views),
    canvas,
    width: "100%",
    height: "100%",
    // Stated as a number: the size in device pixels that a headless Chromium reports ignores the
    // scale of the picture.
    useDevicePixels: window.devicePixelRatio,
    initialViewState: home,
    layers: [],
    onViewStateChange: ({viewState}) => {
      camera = viewState;
      follow(camera);
      show.hover({});
      clearTimeout(settling);
      settling = setTimeout(redraw, SETTLE_MS);
    },
    onResize: () => {
      city?.setProps({views: clearOfPanels(views), useDevicePixels: window.devicePixelRatio});
      clearTimeout(settling);
      settling = setTimeout(redraw, SETTLE_MS);
    },
    // Where a processor draws instead of a GPU, finding what is under the pointer can outlast the
    // 250 ms that a click may take; without more time such clicks would go unheard.
    eventRecognizerOptions: {click: {time: 2000}},
    onHover: (info) => show.hover(info),
    onClick: ({layer, object}) => click(layer, object),
    getCursor: ({isDragging, isHovering}) => (isDragging ? "grabbing" : isHovering ? "pointer" : "grab"),
    onAfterRender: firstFrame,
    onError: fail,
  });

  function redraw() {
    [viewport] = city.getViewports();
    if (!viewport) return;
    const coloured = described.map((layer) =>
      layer.id === scene.subject ? colour(layer, state) : layer,
    );
    city.setProps({layers: place(coloured, viewport, panelBoxes())});
    const root = document.documentElement.dataset;
    root.measure = state.measure ?? "";
    root.highlighted = state.highlighted === null ? "" : String(state.highlighted.size);
    root.selected = state.selected ?? "";
    root.camera = [camera.longitude, camera.latitude, camera.zoom].map((n) => n.toFixed(5)).join(" ");
  }

  // Names can only be placed once the camera has a size, that is after an empty frame.
  function firstFrame() {
    if (window.cimReady) return;
    if (!placedFrame) {
      placedFrame = true;
      follow(camera);
      redraw();
      return;
    }
    const drawn = city.layerManager?.getLayers() ?? [];
    if (drawn.length === 0 || !drawn.every((layer) => layer.isLoaded)) return;
    window.cimReady = true;
    const root = document.documentElement;
    root.dataset.ready = "true";
    root.dataset.firstFrameMs = String(Math.round(performance.now()));
    document.getElementById("state").hidden = true;
    tellHost({type: "cim-ready"});
  }

  function move(target, duration = FLIGHT_MS) {
    const steps = duration > 300 ? new FlyToInterpolator({speed: 2}) : new LinearInterpolator();
    city.setProps({
      initialViewState: {
        ...camera,
        ...target,
        // deck.gl ignores a view state that equals the last one it was given, wherever the reader
        // has moved since; the number makes each journey a new one.
        journey: ++journeys,
        transitionDuration: calm ? 0 : duration,
        transitionInterpolator: steps,
      },
    });
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

  function fly({id, longitude, latitude, zoom}) {
    const found = id === undefined ? null : findRecord(scene, id);
    const [x, y] = found ? (middleOf(found.record) ?? []) : [longitude, latitude];
    if (!Number.isFinite(x) || !Number.isFinite(y)) return;
    move({longitude: x, latitude: y, zoom: zoom ?? Math.max(camera.zoom, CLOSE_ZOOM)});
  }

  function select(id, {tell = false} = {}) {
    const found = id === null || id === undefined ? null : findRecord(scene, id);
    state.selected = found ? String(found.record.id) : null;
    if (found) show.pin(found.layer, found.record);
    else show.unpin();
    redraw();
    if (tell) tellHost({type: "cim-select", id: state.selected});
  }

  function click(layer, object) {
    if (object && layer && layer.id !== scene.subject && scene.cards[layer.id]) {
      select(null);
      show.pin(layer.id, object);
      return;
    }
    const id = object && layer?.id === scene.subject ? object.id : null;
    if (id !== null || state.selected !== null) select(id, {tell: true});
    else show.unpin();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") select(null, {tell: state.selected !== null});
  });
  canvas.addEventListener("webglcontextlost", () => {
    delete document.documentElement.dataset.ready;
    document.getElementById("state").hidden = false;
    fail(new Error("the graphics context was lost"));
  });
  listenToHost({highlight, fly, measure: setMeasure, select});
}

window.addEventListener("error", (event) => fail(event.error ?? event.message));
window.addEventListener("unhandledrejection", (event) => fail(event.reason));
try {
  if (!globalThis.deck?.Deck) throw new Error("the deck.gl bundle did not load");
  start(JSON.parse(document.getElementById("scene").textContent));
} catch (error) {
  fail(error);
}
