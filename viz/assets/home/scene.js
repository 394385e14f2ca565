// The scene beside the list: what it is told, and what it tells. Until it is drawn, the last word
// on each matter is kept for it. The messages are described in viz/assets/scene/host.js.

/** The scene in a frame: `highlight(ids | null)` and `select(id | null, {fly})`. */
export function sceneOf(frame) {
  const scene = { frame, ready: false, highlighted: null, selected: null };

  function tell(message) {
    if (scene.ready) frame.contentWindow.postMessage(message, location.origin);
  }

  scene.highlight = (ids) => {
    scene.highlighted = ids;
    tell({ type: "cim-highlight", ids });
  };
  scene.select = (id, { fly = false } = {}) => {
    scene.selected = id;
    tell({ type: "cim-select", id });
    if (id && fly) tell({ type: "cim-fly", id });
    if (!id) tell({ type: "cim-return" });
  };
  scene.begin = () => {
    scene.ready = true;
    scene.highlight(scene.highlighted);
    if (scene.selected) scene.select(scene.selected, { fly: true });
  };
  return scene;
}

/** Hear the scene: `onSelect(id | null)` when the reader clicked in it. */
export function listenToScene(scene, { onSelect }) {
  window.addEventListener("message", ({ origin, source, data }) => {
    if (origin !== location.origin || source !== scene.frame.contentWindow) return;
    if (data?.type === "cim-ready") {
      document.getElementById("waiting").hidden = true;
      scene.begin();
    }
    if (data?.type === "cim-select") onSelect(data.id);
  });
}
