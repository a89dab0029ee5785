// Learning: music is chosen, looked at and learned from; what comes of it is heard, compared and used.
import * as api from "./api.js";
import { $, complain, dialog, element, fill, time, toast } from "./dom.js";
import { contentsView, evaluationView, paintCurve } from "./learn_views.js";
import { paintSmall } from "./paint.js";
import { Clocks, pitchRange } from "./score.js";

const kMusic = /\.(mid|midi|kar|rmi)$/i, kAtOnce = 4, kLook = 1000;
const kWords = { new: "not begun", learning: "learning", stopped: "stopped", done: "done", failed: "failed" };

let on, shown = null, timer = 0;  // the learning that the dialog shows; of what it shows, what stays
let contents = null, evaluation = null, samples = null, sending = "";

const guard = (action) => async (...words) => {
  try {
    await action(...words);
  } catch (error) {
    complain(error);
  }
};

/// `calls`: play(piece, take, seconds), modelChanged().
export async function showLearn(calls) {
  on = calls;
  shown = contents = evaluation = samples = null;
  const closed = dialog("Learn from your music", element("div", { id: "learn", class: "learn" }));
  $("dialog").classList.add("wide");
  await guard(look)();
  await closed;
  clearTimeout(timer);
  $("dialog").classList.remove("wide");
}

/// Asks how things stand, shows it, and looks again while something learns.
async function look() {
  clearTimeout(timer);
  const all = await api.get("/learnings");
  const running = all.learnings.find((one) => one.state === "learning");
  $("learn-button").textContent = running ? `Learning ${time(60 * (running.curve.at(-1)?.[0] ?? 0))}` : "Learn";
  if ($("learn")) {
    if (shown) shown = all.learnings.find((one) => one.id === shown.id) ?? null;
    else shown = running ?? null;
    if (shown?.piece && shown.piece !== samples?.id) samples = { id: shown.piece, takes: [] };
    if (samples) await addSamples();
    const active = document.activeElement?.id;
    shown ? showOne(all) : showList(all);
    if (active && $(active)) $(active).focus();
  }
  if (running) timer = setTimeout(guard(look), kLook);
}

async function addSamples() {
  const { piece } = await api.get(`/pieces/${samples.id}`);
  for (const { id } of piece.takes)
    if (!samples.takes.some((take) => take.take === id)) samples.takes.push(await api.get(api.takePath(samples.id, id)));
}

function choose(learning) {
  if (shown?.id !== learning?.id) contents = evaluation = samples = null;
  shown = learning;
  return look();
}

// Which music.

async function begin(body, files) {
  const { learning } = await api.post("/learnings", body);
  shown = learning;
  contents = evaluation = samples = null;
  const waiting = [...files];
  let sent = 0;
  const send = async () => {
    for (let file; (file = waiting.shift());) {
      await api.sendMusic(learning.id, file);
      sending = `${++sent} of ${files.length} files sent`;
      if ($("sending")) $("sending").textContent = sending;
    }
  };
  sending = files.length > 0 ? "sending \u2026" : "";
  await look();
  await Promise.all(Array.from({ length: Math.min(kAtOnce, files.length) }, send));
  sending = "";
  contents = await api.get(`/learnings/${learning.id}/contents`);
  await look();
}

/// `list`: of an input for files, or of what was dropped.
const beginWith = guard(async (list) => {
  const files = [...list].filter((file) => kMusic.test(file.name));
  if (files.length === 0) return toast("There is no MIDI file among them: .mid, .midi, .kar or .rmi.", "error");
  const folder = files[0].webkitRelativePath.split("/")[0];
  await begin({ title: folder || `${files.length} ${files.length === 1 ? "file" : "files"}` }, files);
});

function showList(all) {
  if (!all.available)
    return fill($("learn"), element("p", { id: "learn-absent" }, "This build of Continuo composes, but does not learn: it was built without libtorch. README.md says how to build all of it."));
  const input = (id, attributes) => element("input", { id, type: "file", hidden: true, "aria-label": "Music to learn from", ...attributes, onchange: (event) => beginWith(event.target.files) });
  const row = (one) => element("li", {},
    element("button", { class: "row", onclick: guard(() => choose(one)) }, element("span", {}, one.title), element("span", { class: "faint small" }, one.used ? "in use" : kWords[one.state])),
    element("button", { class: "icon", "aria-label": `Remove ${one.title}`, title: "Remove; its files go to the folder \u201cremoved\u201d", onclick: guard(async () => { await api.remove(`/learnings/${one.id}`); await look(); }) }, "\u00d7"));
  fill($("learn"),
    element("p", {}, "The studio\u2019s model can learn how the music of a folder goes. Ten minutes do for a hundred pieces; your files stay on this machine."),
    element("div", { class: "chips" },
      element("button", { id: "learn-folder-button", class: "primary", onclick: () => $("learn-folder").click() }, "Choose a folder"),
      element("button", { id: "learn-files-button", onclick: () => $("learn-files").click() }, "Choose files"),
      ...all.music.map((name, i) => element("button", { onclick: guard(() => begin({ music: i + 1 }, [])) }, name))),
    input("learn-folder", { webkitdirectory: true }), input("learn-files", { multiple: true, accept: ".mid,.midi,.kar,.rmi" }),
    all.learnings.length > 0 ? element("h3", {}, "What was learned before") : null,
    all.learnings.length > 0 ? element("ul", { class: "rows" }, ...all.learnings.map(row)) : null,
    all.model ? element("p", {}, element("button", { onclick: guard(() => use("")) }, "Compose with the model that comes along again")) : null);
}

// One learning.

async function use(id) {
  await api.put("/model", { learning: id });
  await on.modelChanged();
  toast(id ? "From now on the studio composes with what was learned." : "The studio composes with the model that comes along.");
  await look();
}

const start = guard(async () => {
  const minutes = Math.max(0.1, Number($("learn-minutes").value) || 10), learned = shown.curve.at(-1);
  await api.post(`/learnings/${shown.id}/start`, { minutes: minutes + (learned?.[0] ?? 0), readings: 3 + Math.floor(learned?.[1] ?? 0) });
  await look();
});

function controls() {
  const learning = shown.state === "learning";
  if (learning) return [element("button", { id: "learn-stop", onclick: guard(async () => { await api.post(`/learnings/${shown.id}/stop`); await look(); }) }, "Stop"), element("span", { class: "faint" }, "Stopped learning can go on later. The page may be closed meanwhile.")];
  const before = $("learn-minutes")?.value ?? 10;
  return [element("button", { id: "learn-start", class: shown.state === "done" ? "" : "primary", disabled: sending !== "" || contents?.pieces === 0, onclick: start }, shown.curve.length > 0 ? "Go on learning" : "Learn"),
    element("label", { class: "joined" }, element("span", { class: "plain" }, "for"), element("input", { id: "learn-minutes", type: "number", min: 1, max: 600, value: before }), element("span", { class: "plain" }, "minutes at most"))];
}

function sampleCard(take) {
  const canvas = element("canvas", { "aria-hidden": "true" }), clocks = new Clocks(take.score), [low, high] = pitchRange(take.score);
  requestAnimationFrame(() => paintSmall(canvas, take.score, 0, clocks.barStart(take.score.bar_count), low, high));
  return element("div", { class: "candidate" },
    element("button", { class: "candidate-play", "aria-label": `Hear what it composed ${take.words}`, onclick: () => on.play(take.piece, take.take, take.score.seconds) }, canvas),
    element("span", { class: "faint small" }, take.words));
}

function results() {
  if (!shown.has_model) return [];
  const compare = guard(async () => {
    $("learn-compare").disabled = true;
    evaluation = await api.get(`/learnings/${shown.id}/evaluation`);
    if (evaluation.error) {
      const failed = evaluation.error;
      evaluation = null;
      $("learn-compare").disabled = false;
      throw new api.ApiError(failed);
    }
    await look();
  });
  return [element("div", { class: "chips" },
    element("button", { id: "learn-use", class: shown.state === "done" && !shown.used ? "primary" : "", onclick: guard(() => use(shown.used ? "" : shown.id)) }, shown.used ? "Compose with the other model again" : "Compose with it"),
    evaluation ? null : element("button", { id: "learn-compare", onclick: compare }, "Compare with the model that comes along")),
  evaluation ? evaluationView(evaluation) : null];
}

function showOne(all) {
  const curve = element("canvas", { id: "curve", class: "curve", role: "img", "aria-label": "How well it predicts music, by minutes" });
  const ask = guard(async () => { contents = await api.get(`/learnings/${shown.id}/contents`); await look(); });
  fill($("learn"),
    element("div", { class: "learn-head" }, element("button", { id: "learn-back", class: "quiet", onclick: guard(() => choose(null)), disabled: shown.state === "learning" }, "\u2190 All"),
      element("h3", {}, shown.title), element("span", { id: "learn-state", class: "faint" }, sending || (shown.used ? "in use" : kWords[shown.state]))),
    sending ? element("p", { id: "sending" }, sending) : null,
    contents ? contentsView(contents) : element("p", {}, element("button", { id: "learn-look", class: "quiet", disabled: sending !== "", onclick: ask }, "See what it holds")),
    all.available ? element("div", { class: "chips" }, ...controls()) : null,
    shown.message ? element("p", { class: "failed" }, shown.message) : null,
    shown.state === "learning" && shown.curve.length === 0 ? element("p", { class: "faint" }, "It reads the music and measures where it begins \u2026") : null,
    shown.curve.length > 0 ? curve : null,
    samples?.takes.length > 0 ? element("h3", {}, "What it composed meanwhile") : null,
    samples?.takes.length > 0 ? element("div", { class: "samples" }, ...samples.takes.toReversed().map(sampleCard)) : null,
    ...results());
  if (shown.curve.length > 0) paintCurve(curve, shown.curve);
}

/// The button tells of what learns while the dialog is closed.
export const watchLearning = guard(look);
