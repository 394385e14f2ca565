// The camera's journeys: home, nearer and farther, to a feature.

const FLIGHT_MS = 900;
const STEP_MS = 250;
const CLOSE_ZOOM = 16.2;
// what a tall feature may fill of the height of the open space, the nearness of its top included
const FILLED = 0.45;
const METRES_PER_DEGREE = 111320;

/** Moves the camera; `heightOf` a found record is in metres; `apply` hands a view state to deck.gl. `now()` is where it stands. */
function cameraJourneys(scene, home, heightOf, apply) {
  const {FlyToInterpolator, LinearInterpolator} = globalThis.deck;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let standing = home;
  let journeys = 0;
  let before = null;

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
    /** Back to where the camera stood before the first flight. */
    comeBack() {
      if (before) flyTo(before);
      before = null;
    },
    reset: () => flyTo(home),
    zoomBy: (step) => move({zoom: standing.zoom + step}, STEP_MS, new LinearInterpolator()),
    /** Fly to a feature by id, or to a longitude and latitude; nowhere if there is no such place. */
    fly({id, longitude, latitude, zoom}) {
      const found = id === undefined ? null : findRecord(scene, id);
      const [x, y] = found ? (middleOf(found.record) ?? []) : [longitude, latitude];
      if (!Number.isFinite(x) || !Number.isFinite(y)) return;
      const {pitch, bearing, zoom: stood} = standing;
      before ??= placeOf(standing);
      const height = found ? heightOf(found) : 0;
      const nearest = zoom ?? Math.max(stood, CLOSE_ZOOM);
      flyTo({...aim(x, y, height, pitch, bearing), zoom: Math.min(nearest, fittingZoom(y, height, pitch))});
    },
  };
}

function placeOf({longitude, latitude, zoom, pitch, bearing}) {
  return {longitude, latitude, zoom, pitch, bearing};
}

/** The place on the ground that stands in the picture where the middle of a tall feature does. */
function aim(longitude, latitude, height, pitch, bearing) {
  const behind = (height / 2) * Math.tan(radians(pitch)) / METRES_PER_DEGREE;
  return {
    longitude: longitude + (behind * Math.sin(radians(bearing))) / Math.cos(radians(latitude)),
    latitude: latitude + behind * Math.cos(radians(bearing)),
  };
}

/** The zoom at which a feature of this height is seen whole; no limit for a flat one. */
function fittingZoom(latitude, height, pitch) {
  const tall = height * Math.sin(radians(pitch));
  if (tall < 1) return Infinity;
  const {top, bottom} = panelPadding();
  const metresPerPixel = tall / ((innerHeight - top - bottom) * FILLED);
  return Math.log2((METRES_PER_PIXEL_AT_ZOOM_0 * Math.cos(radians(latitude))) / metresPerPixel);
}

function radians(degrees) {
  return (degrees * Math.PI) / 180;
}
