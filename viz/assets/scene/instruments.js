// Scale bar, compass and zoom.

const METRES_PER_PIXEL_AT_ZOOM_0 = 78271.516964; // equator, 512-pixel tiles
const LONGEST_SCALE = 110;

/** Wire the instruments; returns a function that lets them follow the camera. */
function instruments({reset, zoomBy}) {
  document.getElementById("compass").addEventListener("click", reset);
  document.getElementById("nearer").addEventListener("click", () => zoomBy(1));
  document.getElementById("farther").addEventListener("click", () => zoomBy(-1));
  const needle = document.getElementById("needle");
  const [bar, name] = document.getElementById("scale").children;

  return function follow({latitude, zoom, bearing = 0}) {
    needle.style.transform = `rotate(${-bearing}deg)`;
    const metresPerPixel =
      (METRES_PER_PIXEL_AT_ZOOM_0 * Math.cos((latitude * Math.PI) / 180)) / 2 ** zoom;
    const metres = roundLength(metresPerPixel * LONGEST_SCALE);
    bar.style.width = `${metres / metresPerPixel}px`;
    name.textContent = metres >= 1000 ? `${metres / 1000} km` : `${metres} m`;
  };
}

/** The longest of 1, 2, 5 × 10ⁿ that is not over `most`. */
function roundLength(most) {
  const power = 10 ** Math.floor(Math.log10(most));
  return [5, 2, 1].find((step) => step * power <= most) * power;
}
