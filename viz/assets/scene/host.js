// How a page of the same origin steers the scene that it embeds, and hears from it:
//
//   host → scene  {type: "cim-highlight", ids: [id, …] | null}   the others fade; null ends it
//                 {type: "cim-fly", id, zoom?}                    go to a feature
//                 {type: "cim-fly", longitude, latitude, zoom?}   go to a place
//                 {type: "cim-return"}                            back to before the first flight
//                 {type: "cim-measure", measure: key}             colour the subject by a measure
//                 {type: "cim-select", id | null}                 select and show a card
//                 {type: "cim-renew", scene: text}                draw this description instead, from
//                                                                 where the reader stands
//                 {type: "cim-draw", drawing, ring | null}        ask for corners of an area (or no
//                                                                 more), and show those there are
//   scene → host  {type: "cim-ready"}                             first full frame is drawn
//                 {type: "cim-select", id | null}                 the reader clicked a feature
//                 {type: "cim-corner", longitude, latitude}       the reader clicked a corner
//                 {type: "cim-enough"}                            the reader gave up drawing
//                 {type: "cim-measure", measure: key}             the reader chose a measure

/** Listen to the host; `actions` has one function per kind of message. */
function listenToHost(actions) {
  const kinds = new Map([
    ["cim-highlight", (message) => actions.highlight(message.ids)],
    ["cim-fly", (message) => actions.fly(message)],
    ["cim-return", () => actions.return()],
    ["cim-measure", (message) => actions.measure(message.measure)],
    ["cim-select", (message) => actions.select(message.id)],
    ["cim-draw", (message) => actions.draw(message)],
    ["cim-renew", (message) => actions.renew(message.scene)],
  ]);
  window.addEventListener("message", (event) => {
    if (!sameOrigin(event) || typeof event.data !== "object" || event.data === null) return;
    kinds.get(event.data.type)?.(event.data);
  });
}

/** Tell the host, if there is one of the same origin. */
function tellHost(message) {
  if (window.parent === window || window.origin === "null") return;
  window.parent.postMessage(message, window.origin);
}

// Two files or two sandboxed frames both have the origin "null" and are strangers all the same.
function sameOrigin(event) {
  return event.origin === window.origin && event.origin !== "null";
}
