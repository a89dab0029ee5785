// Small helpers for the page: elements, messages, dialogs.

export const $ = (id) => document.getElementById(id);

/// The children of an element are these; null stands for none.
export function fill(parent, ...children) {
  parent.replaceChildren(...children.filter((child) => child !== null && child !== undefined));
}

/// element("button", { class: "quiet", onclick: f }, "Text", child ...)
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "value") made.value = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const kSvg = "http://www.w3.org/2000/svg";
export function icon(path) {
  const svg = document.createElementNS(kSvg, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(kSvg, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

export function say(text) {
  $("status").textContent = text;
}

export function toast(text, kind = "note") {
  const made = element("div", { class: `toast ${kind}` }, element("p", {}, text));
  made.append(element("button", { class: "icon", "aria-label": "Close", onclick: () => made.remove() }, "\u00d7"));
  $("toasts").append(made);
  setTimeout(() => made.remove(), kind === "error" ? 12000 : 5000);
}

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
export function complain(error) {
  if (error.name === "AbortError") return;
  toast(sentence(error.message) + (error.hint ? " " + error.hint : ""), "error");
}

/// Shows `children` in the one dialog; resolves when it is closed.
export function dialog(title, ...children) {
  const box = $("dialog");
  box.replaceChildren(
    element("div", { class: "dialog-head" }, element("h2", { id: "dialog-title" }, title),
      element("button", { class: "icon", "aria-label": "Close", onclick: () => box.close() }, "\u00d7")),
    ...children.filter((child) => child !== null));
  if (!box.open) box.showModal();
  return new Promise((resolve) => box.addEventListener("close", resolve, { once: true }));
}

export const time = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
