// The form of what a piece shall be: each control stands for one setting of the program.
import { $, element } from "./dom.js";

const kMiddle = 4;  // of the slider from safe to wild: as the model proposes

export class Settings {
  constructor(form, about) {
    this.about = about;
    this.instruments = [];
    const { styles, keys, metres, instruments, presets } = about.settings;
    const choice = (id, label, values, any) =>
      element("label", {}, element("span", {}, label), element("select", { id }, element("option", { value: "" }, any), ...values.map((value) => element("option", { value }, value))));
    const options = (id, label, values) => element("label", {}, element("span", {}, label), element("select", { id }, ...values.map(([text, value]) => element("option", { value }, text))));
    this.chips = element("div", { class: "chips tight", id: "instrument-chips" });
    this.picker = element("select", { id: "instrument", "aria-label": "Add an instrument" }, element("option", { value: "" }, "add an instrument \u2026"), element("option", { value: "drums" }, "Drums"), ...instruments.map((name) => element("option", { value: name }, name)));
    this.picker.addEventListener("change", () => {
      this.addInstrument(this.picker.value);
      this.picker.value = "";
    });
    form.append(
      element("div", { class: "pair" }, choice("style", "Style", styles, "any"), choice("key", "Key", keys, "any")),
      element("div", { class: "pair" }, choice("metre", "Metre", metres, "any"),
        element("label", {}, element("span", {}, "Tempo"), element("input", { id: "tempo", placeholder: "any, 90 or 80-100", autocomplete: "off", list: "tempos" }),
          element("datalist", { id: "tempos" }, ...["50-72", "72-96", "96-120", "120-144", "144-180"].map((value) => element("option", { value }))))),
      element("div", { class: "field" }, element("span", { class: "label" }, "Instruments"), this.chips, this.picker),
      element("label", {}, element("span", {}, "Chords"), element("input", { id: "chords", placeholder: "any, or Dm | Gm A7 | Dm", autocomplete: "off", spellcheck: "false", "aria-describedby": "chords-words" }), element("span", { class: "faint small", id: "chords-words", hidden: true }, "The length is in bars then. The chords begin anew when they are over.")),
      element("label", {}, element("span", {}, "Density"), element("select", { id: "density" }, ...[["as it comes", ""], ["sparse", 3], ["moderate", 6], ["dense", 11]].map(([text, value]) => element("option", { value }, text)))),
      element("details", { class: "more" }, element("summary", {}, "More wishes"),
        element("div", { class: "pair" }, options("cadence", "Last bar", [["as it comes", ""], ["closes on the tonic", "tonic"], ["stays open", "open"]]),
          options("voices", "Voices", [["any number", ""], ...[1, 2, 3, 4, 6].map((most) => [most === 1 ? "one" : `${most} at most`, most])])),
        element("div", { class: "pair" }, options("hands", "Reach of a hand", [["any", ""], ["an octave", 12], ["a tenth", 16]]),
          options("strictness", "Chords bind", [["on beats", ""], ["hardly", 0.25], ["every note", 1]])),
        element("p", { class: "faint small" }, "A last bar on the tonic needs a key. With wishes like these the length is in bars.")),
      element("div", { class: "pair" },
        element("label", {}, element("span", {}, "Length"), element("input", { id: "length", type: "number", min: 1, max: 600, value: 60 })),
        element("label", {}, element("span", {}, "in"), element("select", { id: "unit" }, element("option", { value: "seconds" }, "seconds"), element("option", { value: "bars" }, "bars")))),
      element("label", {}, element("span", { class: "ends" }, element("span", {}, "Safe"), element("output", { id: "wild-word" }, "as the model likes it"), element("span", {}, "Wild")),
        element("input", { id: "wild", type: "range", min: 0, max: 8, step: 1, value: kMiddle, "aria-label": "From safe to wild" })),
      element("div", { class: "pair" },
        element("label", {}, element("span", {}, "Seed"), element("input", { id: "seed", type: "number", min: 0, placeholder: "another each time" })),
        element("p", { class: "faint hint" }, "The same seed and settings give the same piece.")));
    for (const id of ["chords", "density", "cadence", "voices", "hands"]) $(id).addEventListener("input", () => this.useBars());
    form.addEventListener("submit", (event) => event.preventDefault());
    $("wild").addEventListener("input", () => this.sayWild());
    $("presets").append(...presets.map((preset) => element("button", { type: "button", class: "chip", title: preset.words, onclick: () => this.fill(preset.settings) }, preset.name)));
    this.showInstruments();
  }

  /// Of another model.
  setStyles(styles) {
    const chosen = $("style").value;
    $("style").replaceChildren(element("option", { value: "" }, "any"), ...styles.map((value) => element("option", { value }, value)));
    $("style").value = styles.includes(chosen) ? chosen : "";
  }

  addInstrument(name) {
    if (name && !this.instruments.includes(name)) this.instruments.push(name);
    this.showInstruments();
  }

  showInstruments() {
    const chip = (name) => element("button", { type: "button", class: "chip on", "aria-label": `Remove ${name}`, onclick: () => {
      this.instruments = this.instruments.filter((other) => other !== name);
      this.showInstruments();
      this.picker.focus();
    } }, name, " \u00d7");
    this.chips.replaceChildren(...this.instruments.map(chip));
    this.chips.hidden = this.instruments.length === 0;
    this.picker.options[0].textContent = this.instruments.length === 0 ? "any; choose some \u2026" : "add another \u2026";
  }

  /// Wishes that need a length in bars.
  wishes() {
    const wishes = {};
    if ($("chords").value.trim()) wishes.chords = $("chords").value.trim();
    if ($("density").value) wishes.onsets_per_bar = Number($("density").value);
    if ($("cadence").value) wishes.cadence = $("cadence").value;
    if ($("voices").value) wishes.most_voices = Number($("voices").value);
    if ($("hands").value) wishes.hand_span = Number($("hands").value);
    if (wishes.chords && $("strictness").value) wishes.strictness = Number($("strictness").value);
    return wishes;
  }
  steered() { return Object.keys(this.wishes()).length > 0; }
  useBars() {
    $("chords-words").hidden = !this.steered();
    if (!this.steered() || $("unit").value === "bars") return;
    $("unit").value = "bars";
    $("length").value = 16;
  }

  sayWild() {
    const words = ["very safe", "safe", "rather safe", "a little safer", "as the model likes it", "a little wilder", "rather wild", "wild", "very wild"];
    $("wild-word").textContent = words[Number($("wild").value)];
  }

  /// All controls as `settings` say; what these leave out is free.
  fill(settings) {
    for (const name of ["style", "key", "metre", "tempo"]) $(name).value = settings[name] ?? "";
    $("chords").value = $("density").value = "";
    this.useBars();
    const names = this.about.settings.instruments;
    this.instruments = (settings.instruments ?? "").split(",").filter(Boolean).map((text) => names.find((name) => name.toLowerCase() === text.toLowerCase()) ?? text);
    this.showInstruments();
    $("wild").value = settings.temperature === undefined ? kMiddle : Math.round((settings.temperature - 1) / 0.1 + kMiddle);
    this.sayWild();
    if (settings.bars) [$("length").value, $("unit").value] = [settings.bars, "bars"];
    else if (settings.seconds) [$("length").value, $("unit").value] = [settings.seconds, "seconds"];
  }

  /// What is asked for, but for the length.
  character() {
    const settings = {};
    for (const name of ["style", "key", "metre", "tempo"]) if ($(name).value.trim()) settings[name] = $(name).value.trim();
    if (this.instruments.length > 0) settings.instruments = this.instruments.join(",");
    const wild = Number($("wild").value);
    if (wild !== kMiddle) settings.temperature = Number((1 + (wild - kMiddle) * 0.1).toFixed(2));
    settings.seed = $("seed").value === "" ? 1 + Math.floor(Math.random() * 999999) : Number($("seed").value);
    return settings;
  }

  whole() {
    return { ...this.character(), [$("unit").value]: Number($("length").value) };
  }
}
