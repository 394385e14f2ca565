// The camera's journeys: home, nearer and farther, to a feature.

const FLIGHT_MS = 900;
const STEP_MS = 250;
const CLOSE_ZOOM = 16.2;

/** Moves the camera; `apply` hands a view state to deck.gl. `now()` is where it stands. */
function cameraJourneys(scene, home, apply) {
  const {FlyToInterpolator, LinearInterpolator} = globalThis.deck;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let standing = home;
  let journeys = 0;

  function move(target, duration, interpolator) {
    apply({
      ...standing,
      ...target,
      // deck.gl ignores a view state that equals the last one it was given, wherever the reader
      // has moved since; the number makes each journey a new one.
      journey: ++journeys,
      transitionDuration: calm ? 0 : duration,
      transitionInterpolator: interpolator,
    });
  }

  function flyTo(target) {
    move(target, FLIGHT_MS, new FlyToInterpolator({speed: 2}));
  }

  return {
    now: () => standing,
    moved: (viewState) => { standing = viewState; },
    reset: () => flyTo(home),
    zoomBy: (step) => move({zoom: standing.zoom + step}, STEP_MS, new LinearInterpolator()),
    /** Fly to a feature by id, or to a longitude and latitude; nowhere if there is no such place. */
    fly({id, longitude, latitude, zoom}) {
      const found = id === undefined ? null : findRecord(scene, id);
      const [x, y] = found ? (middleOf(found.record) ?? []) : [longitude, latitude];
      if (!Number.isFinite(x) || !Number.isFinite(y)) return;
      flyTo({longitude: x, latitude: y, zoom: zoom ?? Math.max(standing.zoom, CLOSE_ZOOM)});
    },
  };
}
