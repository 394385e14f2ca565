// An area that the reader draws point by point: what of it stands already, over the city.

const DRAWN = [150, 32, 124];

/** The layers of an area that is drawn: its corners, the line between them, and what they enclose. */
function areaLayers(ring) {
  const {PolygonLayer, ScatterplotLayer} = globalThis.deck;
  // above every building, or the towers would hide it
  const parameters = {depthTest: false, depthCompare: "always"};
  return [
    new PolygonLayer({
      id: "drawn-area", data: ring.length > 1 ? [ring] : [], getPolygon: (points) => points,
      getFillColor: [...DRAWN, 45], getLineColor: DRAWN, lineWidthUnits: "pixels", getLineWidth: 2, parameters,
    }),
    new ScatterplotLayer({
      id: "drawn-corners", data: ring, getPosition: (point) => point, getFillColor: DRAWN,
      radiusUnits: "pixels", getRadius: 5, parameters,
    }),
  ];
}
