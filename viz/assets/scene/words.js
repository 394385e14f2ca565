// Words on the page. Everything that comes from data or from a scene enters the document here, as
// text: nothing is ever parsed as markup.

const UNKNOWN_WORD = {zh: "未知", en: "unknown"};

/** An element with a class and children; a string child becomes a text node. */
function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A bilingual text: Chinese first, English beside it, smaller. */
function words(text, tag = "span") {
  const both = element(tag, "words", String(text.zh));
  if (text.en) {
    const english = element("span", "en", String(text.en));
    english.lang = "en";
    both.append(" ", english);
  }
  return both;
}

/** A CSS colour from [r, g, b] or [r, g, b, a], each 0 to 255. */
function cssColour([red, green, blue, alpha = 255]) {
  return `rgb(${red} ${green} ${blue} / ${alpha / 255})`;
}

function formatNumber(value, digits) {
  const fraction =
    digits === null || digits === undefined
      ? {maximumFractionDigits: 2}
      : {minimumFractionDigits: digits, maximumFractionDigits: digits};
  // in groups from five digits on: a year is no quantity
  return value.toLocaleString("en-US", {...fraction, useGrouping: "min2"});
}
