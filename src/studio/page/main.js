// The studio's page: what the user does becomes a request, what the program answers is shown.
import * as api from "./api.js";
import { Candidates } from "./candidates.js";
import { $, complain, element, say, time, toast } from "./dom.js";
import { keyboard, showKeys } from "./keys.js";
import { showExport, showPieces } from "./library.js";
import { showLearn, watchLearning } from "./learn.js";
import { Overlays } from "./overlays.js";
import { showMixer, showTakes } from "./panels.js";
import { showPlayIn } from "./play_in.js";
import { Player } from "./player.js";
import { Roll } from "./roll.js";
import * as selection from "./selection.js";
import { Settings } from "./settings.js";

const player = new Player();
let about, settings;
let piece = null, take = null;      // as the program shows them
let work = null;                    // an AbortController while something is composed
let looping = false;

const candidates = new Candidates({ hear: (one) => hear(one), keep: (one) => keepTake(one) });
const roll = new Roll($("roll"), {
  seek: (tick) => seek(tick),
  bars: () => showSelection(),
  edit: (changes, wanted) => edit(changes, wanted),
  chosen: (count) => { if (count > 0) say(`${count} ${count === 1 ? "note" : "notes"} chosen`); },
});

// What is shown.

function show(answer, keep = true) {
  const same = piece?.id === answer.piece.id && keep;
  piece = answer.piece;
  if (answer.take) {
    take = answer.take;
    roll.show(take.score, same);
    showWarnings(same ? [] : take.warnings);
    run(() => overlays.show(piece, take));
  }
  refresh();
  if (!same) localStorage.setItem("piece", piece.id);
}

function refresh() {
  const there = take !== null;
  $("empty").hidden = there || work !== null;
  $("title").disabled = $("export-button").disabled = !there;
  if (document.activeElement !== $("title")) $("title").value = piece?.title ?? "";
  $("undo").disabled = !piece?.can_undo;
  $("redo").disabled = !piece?.can_redo;
  if (there) {
    const mixer = piece.mixer, solo = mixer.some((channel) => channel.solo);
    roll.quiet = new Set(take.score.tracks.map((_, t) => t).filter((t) => mixer[t]?.mute || (solo && !mixer[t]?.solo)));
    roll.locked = new Set(take.score.tracks.map((_, t) => t).filter((t) => mixer[t]?.locked));
    showMixer(take.score, mixer, roll.activeTrack, about.settings.instruments, { mix, instrument, active: (t) => { roll.activeTrack = t; refresh(); } });
    showTakes(piece, { show: (id) => run(() => showTake(id)), name: (id, text) => run(async () => { piece = await api.put(api.takePath(piece.id, id), { name: text }); refresh(); }) });
  }
  showSelection();
  if (!player.playing) showClock();
}

function showWarnings(warnings) {
  $("warnings").hidden = warnings.length === 0;
  $("warnings").replaceChildren(element("details", {}, element("summary", {}, `${warnings.length} ${warnings.length === 1 ? "remark" : "remarks"} about this piece`),
    element("ul", {}, ...warnings.map((text) => element("li", {}, text)))));
}

const showSelection = () => selection.showSelection(take?.score, roll.bars, work !== null, { regenerate, vary, accompany, goOn, clear: () => roll.selectBars(null) });

const overlays = new Overlays(roll);
const toggleOverlay = (name) => run(() => {
  overlays.toggle(name);
  return overlays.show(piece, take);
});
export const toggleBits = () => toggleOverlay("bits");
export const toggleBorrowed = () => toggleOverlay("borrowed");
export const toggleChords = () => toggleOverlay("chords");

// Every action ends here, so that no failure stays silent.
async function run(action) {
  try {
    return await action();
  } catch (error) {
    complain(error);
  }
}

/// Runs a work whose events come while it lasts; the Stop button ends it.
async function during(action) {
  work?.abort();
  const own = work = new AbortController();
  document.body.classList.add("working");
  $("stop-button").hidden = false;
  refresh();
  await run(() => action(own.signal));
  if (work === own) {
    work = null;
    document.body.classList.remove("working");
    $("stop-button").hidden = true;
    refresh();
  }
}

// Composing and changing.

const samplesOf = (text) => new Int16Array(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);

export function compose() {
  player.wake();
  candidates.clear();
  scrollTo(0, 0);  // on a phone the music stands above the button
  roll.bits = roll.chords = null;
  let fresh = true, sounding = false, anew = false;
  return during((signal) => api.work("/pieces", { settings: settings.whole(), sound: true, ...(settings.steered() ? wishes() : {}) }, (name, data) => {
    if (name === "progress") {
      $("facts").textContent = `Composing \u2026 ${Math.round(100 * data.share)} %`;
    } else if (name === "notes") {
      take = null;
      $("empty").hidden = true;
      roll.show(data.score, !fresh);
      fresh = false;
      $("facts").textContent = `Composing \u2026 ${data.score.facts}`;
    } else if (name === "sound") {
      sounding = true;
      player.playFirst(samplesOf(data.samples));
    } else if (name === "resound") {
      anew = true;
    } else if (name === "piece") {
      piece = data;
    } else if (name === "take") {
      take = null;
      show({ piece, take: data }, false);
      if (sounding && !anew) player.goOn(piece.id, data.take, data.score.seconds);
      else play(0);
      say(`Composed: ${data.score.facts}`);
    }
  }, signal));
}

export function goOn() {
  if (!take || work) return;
  candidates.clear();
  const from = take.score.end;
  return during((signal) => api.work(api.takePath(piece.id, take.take, "/continue"), { settings: settings.character(), bars: selection.barsToAdd() }, (name, data) => {
    if (name === "notes") roll.show(data.score, true);
    else if (name === "piece") piece = data;
    else if (name === "take") {
      show({ piece, take: data });
      const seconds = roll.clocks.seconds(Math.max(0, from - take.score.ppq * 4));
      play(seconds);
    }
  }, signal));
}

/// Several takes to choose from.
function change(way, bars, request) {
  const parent = take.take;
  candidates.clear();
  return during((signal) => api.work(api.takePath(piece.id, parent, `/${way}`), { settings: settings.character(), bars: [bars[0] + 1, bars[1] + 1], takes: 4, ...request }, (name, data) => {
    if (name === "progress") say(`${Math.round(100 * data.share)} %`);
    if (name === "piece") {
      piece = data;
      refresh();
    } else if (name === "take") {
      candidates.add(data.take, data.score, bars);
    }
  }, signal));
}
const ready = () => take !== null && work === null;
const wishes = (more = {}) => ({ wishes: { ...settings.wishes(), ...more } });
export const regenerate = () => { if (ready() && roll.bars) change("regenerate", roll.bars, { tracks: selection.chosenTracks(), ...wishes() }); };
export const vary = () => { if (ready() && roll.bars) change("vary", roll.bars, { tracks: selection.chosenTracks(), ...wishes(selection.chosenKeep()) }); };
export function accompany() {
  if (!ready()) return;
  const bars = roll.bars ?? [0, take.score.bar_count - 1];
  selection.askAccompaniment(about.settings.instruments, roll.bars, (instruments) => change("accompany", bars, { instruments, ...wishes() }));
}

function hear(candidate) {
  const bars = roll.bars;
  roll.show(candidate.score, true);
  roll.bars = bars;
  const place = (bar) => roll.clocks.seconds(roll.clocks.barStart(bar));
  player.play(piece.id, candidate.take, place(candidate.bars[0]), { until: Math.min(candidate.score.seconds, place(candidate.bars[1] + 1)) });
}
const keepTake = (candidate) => run(async () => {
  const answer = await api.put(`/pieces/${piece.id}`, { current: candidate.take });
  candidates.clear();
  show(answer);
  toast("Kept. The others stay in the list of takes.");
});
export const audition = (i) => candidates.hear(i);
export const keep = () => candidates.keep();

export function leave() {
  if (candidates.some) {
    candidates.clear();
    player.stop();
    roll.show(take.score, true);
  } else if (roll.chosenNotes.size > 0) {
    roll.choose([]);
  } else if (roll.bars) {
    roll.selectBars(null);
  }
}

async function edit(changes, wanted) {
  if (!take) return;
  await run(async () => {
    const answer = await api.post(api.takePath(piece.id, take.take, "/edit"), { changes });
    show(answer);
    roll.chooseLike(wanted);
    player.change(piece.id, take.take, playOptions());
    if (!player.playing && wanted.length === 1 && changes[0].pitch !== undefined) player.play(piece.id, take.take, Math.max(0, roll.clocks.seconds(wanted[0][1]) - 0.01), { until: roll.clocks.seconds(wanted[0][1] + take.score.ppq / 2) - 1.5 });
  });
  roll.paintSoon();
}

const mix = (mixer) => run(async () => {
  piece = (await api.put(`/pieces/${piece.id}`, { mixer })).piece;
  refresh();
  player.change(piece.id, take.take, playOptions());
});
const instrument = (track, program) => edit([{ change: "instrument", track, program }], []);

export const undo = () => piece?.can_undo && step("undo");
export const redo = () => piece?.can_redo && step("redo");
const step = (way) => run(async () => {
  candidates.clear();
  show(await api.post(`/pieces/${piece.id}/${way}`));
  player.change(piece.id, take.take, playOptions());
  say(way === "undo" ? "Undone" : "Done again");
});
async function showTake(id) {
  candidates.clear();
  show(await api.put(`/pieces/${piece.id}`, { current: id }));
  player.change(piece.id, take.take, playOptions());
}

// Hearing.

function playOptions() {
  const loop = looping && roll.bars ? [roll.clocks.seconds(roll.clocks.barStart(roll.bars[0])), roll.clocks.seconds(roll.clocks.barStart(roll.bars[1] + 1))] : null;
  return { loop, until: take.score.seconds };
}
function play(from) {
  if (!take) return;
  const options = playOptions();
  if (options.loop && (from < options.loop[0] || from >= options.loop[1])) from = options.loop[0];
  player.play(piece.id, take.take, Math.max(0, from), options);
}
export function toggle() {
  if (player.playing) return player.stop();
  if (candidates.heard !== null) return candidates.hear(candidates.heard);
  if (!take) return compose();
  let tick = roll.bars ? roll.clocks.barStart(roll.bars[0]) : roll.cursor;
  if (tick >= take.score.end - 1) tick = 0;
  play(roll.clocks.seconds(tick));
}
function seek(tick) {
  roll.cursor = roll.snap(tick);
  if (player.playing && take) play(roll.clocks.seconds(roll.cursor));
  roll.paintSoon();
  showClock();
}
export function jump(bars) {
  if (!take) return;
  const bar = Math.max(0, Math.min(take.score.bar_count - 1, roll.clocks.bar(roll.cursor) + bars));
  seek(roll.clocks.barStart(bar));
  say(`Bar ${bar + 1}`);
}
export function start() {
  if (take) seek(0);
  roll.left = 0;
}
export function toggleLoop() {
  looping = !looping;
  $("loop").setAttribute("aria-pressed", looping);
  if (take) player.change(piece.id, take.take, playOptions());
}

function showClock() {
  const seconds = player.position();
  if (!roll.score) return;
  const tick = seconds === null ? roll.cursor : roll.clocks.tick(seconds);
  $("clock").textContent = `${time(roll.clocks.seconds(tick))} / ${time(roll.score.seconds)}  bar ${roll.clocks.bar(tick) + 1}`;
}
function follow() {
  if (!player.playing) {
    roll.setPlayhead(null);
    return;
  }
  if (roll.score) roll.setPlayhead(roll.clocks.tick(player.position()));
  showClock();
  requestAnimationFrame(follow);
}
player.onchange = () => {
  $("play").setAttribute("aria-label", player.playing ? "Stop" : "Play");
  $("play").classList.toggle("playing", player.playing);
  requestAnimationFrame(follow);
};
player.onerror = complain;

// Pieces and files.

const open = (file) => run(async () => {
  show(await api.upload(file), false);
  toast(take.warnings.length > 0 ? `Opened with ${take.warnings.length} remarks; they stand below the music.` : "Opened.");
});
const openPiece = (id) => run(async () => {
  player.stop();
  candidates.clear();
  show(await api.get(`/pieces/${id}`), false);
});

export function playIn() {
  player.wake();
  player.stop();
  return showPlayIn(about.settings.instruments, { context: () => player.context, opened: (answer) => {
    candidates.clear();
    show(answer, false);
    roll.canvas.focus({ preventScroll: true });
    toast("What was played is a piece now: go on from it, or change it.");
    play(0);
  } });
}

// Setting up.

function setTab(name) {
  for (const tab of document.querySelectorAll("[role=tab]")) {
    const on = tab.id === `tab-${name}`;
    tab.setAttribute("aria-selected", on);
    tab.tabIndex = on ? 0 : -1;
  }
  document.body.dataset.tab = name;
}

function setTool(tool) {
  roll.tool = tool;
  $("tool-select").setAttribute("aria-pressed", tool === "select");
  $("tool-draw").setAttribute("aria-pressed", tool === "draw");
}

function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  roll.recolour();
  if (take) refresh();
  candidates.show();
}

function wire() {
  const click = (id, action) => $(id).addEventListener("click", () => run(action));
  click("compose-button", compose);
  click("compose-first", compose);
  click("stop-button", () => work?.abort());
  click("play", toggle);
  click("to-start", start);
  click("loop", toggleLoop);
  click("bits", toggleBits);
  click("borrowed", toggleBorrowed);
  click("chord-names", toggleChords);
  click("play-in", playIn);
  click("undo", undo);
  click("redo", redo);
  click("pieces-button", () => showPieces(piece?.id, { open: openPiece, gone: () => location.reload() }));
  click("learn-button", async () => {
    await showLearn({ play: (id, of, seconds) => player.play(id, of, 0, { until: seconds }), modelChanged });
    player.stop();
  });
  click("export-button", () => showExport(piece, take));
  click("help-button", showKeys);
  click("zoom-in", () => roll.zoom(1.4));
  click("zoom-out", () => roll.zoom(1 / 1.4));
  click("zoom-fit", () => roll.fit());
  click("tool-select", () => setTool("select"));
  click("tool-draw", () => setTool("draw"));
  click("theme", () => {
    const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    localStorage.setItem("theme", dark ? "light" : "dark");
    setTheme(dark ? "light" : "dark");
  });
  $("snap").addEventListener("change", () => { roll.snapParts = Number($("snap").value); });
  $("volume").addEventListener("input", () => player.setLevel((Number($("volume").value) / 100) ** 2 * 1.25));
  $("title").addEventListener("change", () => run(async () => { piece = (await api.put(`/pieces/${piece.id}`, { title: $("title").value })).piece; refresh(); }));
  $("file").addEventListener("change", () => { if ($("file").files[0]) open($("file").files[0]); $("file").value = ""; });
  click("open-file", () => $("file").click());
  for (const tab of document.querySelectorAll("[role=tab]")) {
    tab.addEventListener("click", () => setTab(tab.id.slice(4)));
    tab.addEventListener("keydown", (event) => {
      const tabs = [...document.querySelectorAll("[role=tab]")], way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!way) return;
      const next = tabs[(tabs.indexOf(tab) + way + tabs.length) % tabs.length];
      setTab(next.id.slice(4));
      next.focus();
    });
  }
  addEventListener("dragover", (event) => { event.preventDefault(); $("drop").hidden = false; });
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) $("drop").hidden = true; });
  addEventListener("drop", (event) => {
    event.preventDefault();
    $("drop").hidden = true;
    if (event.dataTransfer.files[0]) open(event.dataTransfer.files[0]);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTheme(null));
  // After a click the keys belong to the music again, so that Space plays.
  addEventListener("click", (event) => {
    if (event.detail > 0 && event.target.closest("button") && !$("dialog").open) roll.canvas.focus({ preventScroll: true });
  });
  keyboard(roll, { setTool });
}

/// Styles and what surprises are those of the model.
async function modelChanged() {
  about = await api.get("/about");
  settings.setStyles(about.settings.styles);
  await overlays.show(piece, take);
}

async function begin() {
  setTab("compose");
  setTheme(localStorage.getItem("theme"));
  about = await api.get("/about");
  settings = new Settings($("settings"), about);
  wire();
  const { pieces } = await api.get("/pieces");
  const last = pieces.find((one) => one.id === localStorage.getItem("piece")) ?? pieces[0];
  if (last && last.at) await openPiece(last.id);
  refresh();
  watchLearning();
  document.body.classList.add("ready");
}
run(begin);
