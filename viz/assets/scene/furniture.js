// The fixed words around the picture: head, warnings, sources.

const SOURCES_SHOWN = 2;

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
        element("div", "told",
          element("ul", "", ...scene.notes.map((note) => words(note, "li"))),
          ...scene.sources.map(sourceGroup)),
      ),
    );
  }
}

/** The sources of some layers; of a long list the rest is folded. */
function sourceGroup({title, sources}) {
  const lines = (some) => element("ul", "", ...some.map((source) => element("li", "", source)));
  const rest = sources.slice(SOURCES_SHOWN);
  return element("section", "",
    element("h3", "", words(title)),
    lines(sources.slice(0, SOURCES_SHOWN)),
    rest.length === 0 ? null : element("details", "",
      element("summary", "", words({zh: `其余 ${rest.length} 条`, en: `${rest.length} more`})),
      lines(rest)));
}
