// The card of a feature: beside the pointer while it hovers, pinned after a click.

/** Fill an element with what a card declares of a record. */
function fillCard(target, card, record) {
  const title = record[card.title];
  const heading = element("h2", "", known(title) ? String(title) : UNKNOWN_WORD.zh);
  const subtitle = record[card.subtitle];
  const kind = card.kind.zh ? element("p", "kind", words(card.kind)) : null;
  const second = known(subtitle) ? element("p", "subtitle", String(subtitle)) : null;
  const rows = element("dl", "");
  for (const field of card.fields) {
    const value = record[field.key];
    if (field.optional && !known(value)) continue;
    rows.append(words(field.label, "dt"), fieldValue(field, value));
  }
  target.replaceChildren(...[kind, heading, second, rows].filter((part) => part !== null));
}

function known(value) {
  return value !== null && value !== undefined && value !== "";
}

function fieldValue(field, value) {
  if (!known(value)) {
    const cell = words(UNKNOWN_WORD, "dd");
    cell.classList.add("unknown");
    return cell;
  }
  if (Object.hasOwn(field.words, String(value))) return words(field.words[String(value)], "dd");
  const text = typeof value === "number" ? formatNumber(value, field.digits) : String(value);
  const cell = element("dd", "", text);
  if (field.unit) cell.append("\u00a0", element("span", "unit", field.unit));
  return cell;
}

/** The two cards of the page. `onClose` runs when the reader closes the pinned one. */
function cards(scene, onClose) {
  const hint = document.getElementById("hint");
  const pinned = document.getElementById("pinned");

  function hover({x, y, layer, object}) {
    const card = object && layer ? scene.cards[layer.id] : null;
    hint.hidden = !card;
    if (!card) return;
    fillCard(hint, card, object);
    const {offsetWidth: width, offsetHeight: height} = hint;
    const left = x + 16 + width > innerWidth - 8 ? x - 16 - width : x + 16;
    const top = Math.min(y + 14, innerHeight - height - 8);
    hint.style.transform = `translate(${Math.max(8, left)}px, ${Math.max(8, top)}px)`;
  }

  function pin(layerId, record) {
    const card = scene.cards[layerId];
    hint.hidden = true;
    pinned.hidden = !card;
    if (!card) return;
    fillCard(pinned, card, record);
    const close = element("button", "close", "×");
    close.type = "button";
    close.setAttribute("aria-label", "关闭 Close");
    close.addEventListener("click", onClose);
    pinned.append(close);
  }

  function unpin() {
    pinned.hidden = true;
  }

  return {hover, pin, unpin};
}
