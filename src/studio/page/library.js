// Dialogs for pieces and for files.
import * as api from "./api.js";
import { $, complain, dialog, element, toast } from "./dom.js";

/// `on`: open(id), gone().
export async function showPieces(current, on) {
  const { pieces } = await api.get("/pieces");
  const row = (one) => element("li", {},
    element("button", { class: "row", "aria-current": one.id === current ? "true" : null, onclick: () => { $("dialog").close(); on.open(one.id); } }, element("span", {}, one.title), element("span", { class: "faint small" }, `${one.takes} ${one.takes === 1 ? "take" : "takes"}`)),
    element("button", { class: "icon", "aria-label": `Remove ${one.title}`, title: "Remove; its files go to the folder \u201cremoved\u201d", onclick: async () => {
      try {
        await api.remove(`/pieces/${one.id}`);
        if (one.id === current) on.gone();
        else showPieces(current, on);
      } catch (error) {
        complain(error);
      }
    } }, "\u00d7"));
  return dialog("Pieces", pieces.length === 0 ? element("p", {}, "None yet.") : element("ul", { class: "rows" }, ...pieces.map(row)));
}

export function showExport(piece, take) {
  const link = (extension, words) => element("li", {}, element("a", { class: "row", href: api.exportAddress(piece.id, take.take, extension), download: "" }, element("strong", {}, extension.toUpperCase()), element("span", { class: "faint" }, words)));
  return dialog("Export", element("ul", { class: "rows" },
    link("mid", "MIDI, for every other program"), link("wav", "sound, as it is"), link("flac", "sound, smaller, nothing lost"), link("ogg", "sound, small"),
    link("png", "a picture of the notes"), link("svg", "a picture that can be enlarged"), link("json", "the settings")),
  take.command ? element("p", {}, "This command makes the same piece, note for note:") : null,
  take.command ? element("pre", { tabindex: 0 }, take.command) : null,
  take.command ? element("button", { onclick: async () => { await navigator.clipboard.writeText(take.command); toast("Copied."); } }, "Copy the command") : null);
}
