// Where the panels stand: names stay clear of them, and the camera aims at the open space between.

const PANELS = ["#head", "#legend", "#about", "#compass", "#nearer", "#farther", "#scale", "#pinned"];

/** The panels as boxes [left, top, right, bottom] in pixels. */
function panelBoxes() {
  return PANELS.map((selector) => document.querySelector(selector).getBoundingClientRect())
    .filter(({width}) => width > 0)
    .map(({left, top, right, bottom}) => [left, top, right, bottom]);
}

/** How far the panels reach into the window from each side, as a deck.gl view padding. */
function panelPadding() {
  const head = document.getElementById("head").getBoundingClientRect();
  const legend = document.getElementById("legend").getBoundingClientRect();
  const aside = head.width < innerWidth * 0.6;
  if (aside && document.documentElement.hasAttribute("data-folded")) {
    return {left: 0, right: 0, top: 0, bottom: 0};
  }
  return aside
    ? {left: head.right, right: 0, top: 0, bottom: 0}
    : {left: 0, right: 0, top: head.bottom, bottom: innerHeight - legend.top};
}

/** The same views, aiming at the middle of the open space. */
function clearOfPanels(views) {
  const padding = panelPadding();
  return views.map((view) => new view.constructor({...view.props, padding}));
}
