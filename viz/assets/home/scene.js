// The scene beside the list: what it is told, and what it tells. Until it is drawn, the last word
// on each matter is kept for it. The messages are described in viz/assets/scene/host.js.

import { both, make } from "./words.js";

/** Say that the scene is older than the last change, and let it be loaded anew. */
function showAged(frame, onReload) {
  const place = document.getElementById("aged");
  const at = new Date().toLocaleTimeString("zh-CN", { timeStyle: "short" });
  const again = make("button", { type: "button", class: "small" }, ...both("重新载入", "reload"));
  again.addEventListener("click", () => {
    place.hidden = true;
    document.getElementById("waiting").hidden = false;
    onReload();
    frame.contentWindow.location.reload();
  });
  place.replaceChildren(`地图还没有画出 ${at} 的改动 `, make("small", { lang: "en" }, "the scene does not show the last change "), again);
  place.hidden = false;
}

/** The scene in a frame: `highlight(ids | null)`, `select(id | null, {fly})`, `draw({drawing, ring})`, `repaint()`. */
export function sceneOf(frame) {
  const scene = { frame, ready: false, highlighted: null, selected: null, drawn: { drawing: false, ring: null } };
  let changes = 0;

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
  scene.draw = (drawn) => {
    scene.drawn = drawn;
    tell({ type: "cim-draw", ...drawn });
  };
  // The scene keeps its camera, and gets what it shows as the service would draw it now.
  scene.repaint = async () => {
    const mine = ++changes;
    if (!scene.ready) return;
    try {
      const answer = await fetch(frame.src);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const described = page.getElementById("scene")?.textContent;
      if (!answer.ok || !described) throw new Error("no scene in the answer");
      if (mine !== changes) return;
      tell({ type: "cim-renew", scene: described });
      document.getElementById("aged").hidden = true;
    } catch {
      if (mine === changes) showAged(frame, () => {
        scene.ready = false;
        changes = 0;
      });
    }
  };
  scene.begin = () => {
    scene.ready = true;
    // what changed while it was being drawn
    if (changes) scene.repaint();
    scene.highlight(scene.highlighted);
    scene.draw(scene.drawn);
    if (scene.selected) scene.select(scene.selected, { fly: true });
  };
  return scene;
}

/** Hear the scene: `onSelect(id | null)` when the reader clicked in it, `onCorner` and `onEnough` while drawing. */
export function listenToScene(scene, { onSelect, onCorner, onEnough }) {
  window.addEventListener("message", ({ origin, source, data }) => {
    if (origin !== location.origin || source !== scene.frame.contentWindow) return;
    if (data?.type === "cim-ready") {
      document.getElementById("waiting").hidden = true;
      scene.begin();
    }
    if (data?.type === "cim-select") onSelect(data.id);
    if (data?.type === "cim-corner") onCorner(data);
    if (data?.type === "cim-enough") onEnough();
  });
}
