// The studio as one uses it, in Chromium, at three widths. node browser_test.mjs CONTINUO CHROMIUM [--pictures FOLDER]
import assert from "node:assert/strict";
import { readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { levels, loudness, midi, openBrowser, openPage, openStudio } from "./studio.mjs";

const [continuo, chromium] = process.argv.slice(2);
const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : null;
const pictures = process.argv.includes("--pictures") ? process.argv[process.argv.indexOf("--pictures") + 1] : null;
if (pictures) mkdirSync(pictures, { recursive: true });
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const sizes = [[1440, 900], [900, 800], [390, 844]];
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const until = async (what, holds, limit = 15000) => {
  for (const begun = Date.now(); Date.now() - begun < limit; await new Promise((resolve) => setTimeout(resolve, 10))) if (await holds()) return;
  assert.fail(`${what}: not within ${limit} ms`);
};
const idle = (page) => page.waitForFunction(() => !document.body.classList.contains("working"));
const api = (page, path) => page.evaluate(async (where) => (await fetch("/api/v1" + where)).json(), path);
const current = async (page) => api(page, "/pieces/" + (await page.evaluate(() => localStorage.getItem("piece"))));
const tab = async (page, name) => { if (await page.isVisible(`#tab-${name}`)) await page.click(`#tab-${name}`); };
const picture = (page, name) => pictures && page.screenshot({ path: `${pictures}/${name}.png` });

async function selectBars(page, from, to) {
  await page.evaluate(() => scrollTo(0, 0));
  const box = await page.locator("#roll").boundingBox(), answer = await current(page);
  const { score } = answer.take, gutter = box.width < 500 ? 34 : 48;
  await page.click("#zoom-fit");
  const scale = Math.min(Math.max((box.width - gutter - 8) / Math.max(score.end, 4 * score.ppq), 2 / score.ppq), 96 / score.ppq);
  const place = (bar) => {
    const part = score.bars.filter((one) => one[1] <= bar).at(-1);
    return box.x + gutter + (part[0] + (bar - part[1] + 0.5) * part[2]) * scale;
  };
  await page.mouse.move(place(from), box.y + 18);
  await page.mouse.down();
  await page.mouse.move(place(to) - 3, box.y + 18, { steps: 4 });
  await page.mouse.move(place(to), box.y + 18, { steps: 2 });
  await page.mouse.up();
  await page.waitForSelector(".selection-words");
}

async function open(page, notes, name = "mine.mid") {
  await tab(page, "compose");
  await page.setInputFiles("#file", { name, mimeType: "audio/midi", buffer: midi(notes) });
  const title = name.replace(/\.[^.]*$/, "");
  await page.waitForFunction((wanted) => document.getElementById("title").value === wanted, title);
}

async function checkAccess(page, where) {
  // Run by the debugger, not as a script of the page, whose policy lets no other script in.
  await page.evaluate(axeSource);
  const result = await page.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] }));
  const serious = result.violations.filter((one) => ["serious", "critical"].includes(one.impact));
  assert.deepEqual(serious.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 120)} ${one.nodes[0].failureSummary?.slice(0, 200)}`), [], where);
}

/// Sends six tunes and lets the model learn from them.
async function learnTunes(page) {
  // Six tunes that walk up and down, each another way.
  const tune = (n) => midi(Array.from({ length: 64 }, (_, i) => [96 * i, 90, 60 + [0, 2, 4, 5, 7, 9, 11][(i * (n + 2) + (i * i >> n)) % 7]]));
  await page.setInputFiles("#learn-files", [1, 2, 3, 4, 5, 6].map((n) => ({ name: `tune ${n}.mid`, mimeType: "audio/midi", buffer: tune(n) })));
  await page.waitForSelector("#contents", { timeout: 30000 });
  assert.match(await page.textContent("#contents"), /^6 pieces of 6 files/);
  await page.click("#learn-start");
  await page.waitForFunction(() => document.getElementById("learn-state").textContent === "done", null, { timeout: 120000 });
  await page.waitForSelector("#curve");
}

const chapters = {
  async start(page, name) {
    await checkAccess(page, `${name}, empty`);
    await tab(page, "compose");
    await page.fill("#seed", "2");
    await page.fill("#length", "40");
    await page.click("#compose-button");
    await until("a note is seen", async () => (await page.textContent("#facts")).length > 5);
    await until("a sound is heard", async () => (await loudness(page)) > 1e-3);
    await idle(page);
    const { take } = await current(page);
    assert.equal(take.how.seed, 2);
    assert.ok(take.score.seconds > 20);
    await picture(page, `composed-${name}`);
    await page.keyboard.press("Space");
    await until("silence", async () => (await loudness(page)) < 1e-4);
  },

  async see(page, name) {
    const colours = () => page.evaluate(() => {
      const canvas = document.getElementById("roll"), data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
      const seen = new Map();
      for (let i = 0; i < data.length; i += 4 * 17) {
        const key = (data[i] >> 3 << 10) | (data[i + 1] >> 3 << 5) | (data[i + 2] >> 3);
        seen.set(key, (seen.get(key) ?? 0) + 1);
      }
      return [...seen.values()].filter((count) => count > 3).length;
    });
    const all = await colours();
    assert.ok(all >= 6, `rows, lines, notes and words have colours: ${all}`);
    await page.click("#bits");
    await page.waitForFunction(() => document.getElementById("facts").textContent.includes("bits a note"));
    await page.click("#bits");
    await page.click("#borrowed");
    await page.waitForFunction(() => document.getElementById("facts").textContent.includes("learned from"));
    await page.click("#borrowed");
    await page.click("#chord-names");
    const { piece, take } = await current(page);
    assert.ok((await api(page, `/pieces/${piece.id}/takes/${take.take}/chords`)).chords.length > 0);
    await picture(page, `chords-${name}`);
    await page.click("#chord-names");
    await page.click("#zoom-in");
    await page.click("#zoom-in");
    await page.click("#zoom-fit");
    const theme = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const before = await theme();
    await page.click("#theme");
    assert.notEqual(await theme(), before);
    await page.click("#theme");
    assert.equal(await theme(), before);
    await tab(page, "tracks");
    assert.equal(await page.locator(".track").count(), (await current(page)).take.score.tracks.length);
  },

  async play(page, name) {
    await tab(page, "compose");
    await page.click("#play-in");
    await page.fill("#played-tempo", "240");
    await page.fill("#played-bars", "1");
    await checkAccess(page, `${name}, play`);
    await picture(page, `play-${name}`);
    await page.click("#played-start");
    await page.waitForFunction(() => document.getElementById("played-state").textContent === "Bar 1 of 1");
    await page.keyboard.down("a");
    await page.waitForTimeout(150);
    await page.keyboard.up("a");
    await page.keyboard.press("d", { delay: 100 });
    await page.waitForFunction(() => !document.getElementById("dialog").open && document.getElementById("title").value === "Played");
    const { take } = await current(page);
    assert.deepEqual(take.score.tracks[0].notes.map((note) => note[2]), [60, 64]);
    assert.ok(take.score.tracks[0].notes[1][0] > take.score.tracks[0].notes[0][0]);
    await page.waitForFunction(() => document.getElementById("play").getAttribute("aria-label") === "Play");
  },

  async hear(page) {
    await open(page, [[0, 384, 69], ...Array.from({ length: 80 }, (_, i) => [384 * (i + 1), 384, 57])], "tones.mid");
    await page.keyboard.press("Space");
    await until("440 Hz", async () => { const [at, beside] = await levels(page, [440, 466.2]); return at > -60 && at > beside + 15; });
    await page.keyboard.press("Space");
    await until("silence", async () => (await loudness(page)) < 1e-4);
    await page.locator("#roll").focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Space");
    await until("220 Hz from bar 2 on", async () => { const [at, beside] = await levels(page, [220, 233.1]); return at > -60 && at > beside + 15; }, 3000);
    await tab(page, "tracks");
    await page.click("[data-toggle=mute]");
    await until("nothing of a muted track", async () => (await loudness(page)) < 1e-4);
    await page.click("[data-toggle=mute]");
    await until("it is heard again", async () => (await loudness(page)) > 1e-3);
    await page.keyboard.press("Space");
    await page.keyboard.press("Home");
    await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("l");
    await page.keyboard.press("Space");
    await page.waitForTimeout(5000);  // more than two times the bar
    assert.match(await page.textContent("#clock"), /bar [12]$/);
    await until("440 Hz again", async () => { const [at, beside] = await levels(page, [440, 466.2]); return at > -60 && at > beside + 15; });
    await page.keyboard.press("Space");
    await page.keyboard.press("l");
  },

  async change(page, name) {
    await tab(page, "compose");
    await page.fill("#seed", "5");
    await page.selectOption("#unit", "bars");
    await page.fill("#length", "8");
    await page.click("#compose-button");
    await idle(page);
    await page.keyboard.press("Space");
    const first = await current(page);
    await selectBars(page, 3, 5);
    const words = await page.textContent(".selection-words");
    assert.equal(words, "Bars 4 to 6");
    await page.keyboard.press("r");
    await page.waitForFunction(() => document.querySelectorAll(".candidate").length >= 2, null, { timeout: 30000 });
    await idle(page);
    const count = await page.locator(".candidate").count();
    assert.ok(count >= 2 && count <= 4);
    await page.keyboard.press("2");
    await until("the second take sounds", async () => (await loudness(page)) > 1e-3);
    await checkAccess(page, `${name}, takes`);
    await picture(page, `takes-${name}`);
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.getElementById("candidates").hidden);
    const kept = await current(page);
    const [tick, , length] = first.take.score.bars[0];
    const outside = (answer) => answer.take.score.tracks.flatMap((track) => track.notes.map((note) => [track.program, ...note.slice(0, 4)])).filter((note) => note[1] + note[2] <= tick + 3 * length).sort();
    if (first.take.score.bars.length === 1) assert.deepEqual(outside(kept), outside(first));
    assert.notDeepEqual(kept.take.score, first.take.score);
    await page.keyboard.press("e");
    await page.waitForTimeout(50);
    await idle(page);
    assert.ok((await current(page)).take.score.bar_count > kept.take.score.bar_count);
    await page.keyboard.press("Space");
    await open(page, [[0, 96, 60], [96, 96, 64]], "by-hand.mid");
    await page.locator("#roll").focus();
    for (const key of ["n", "ArrowUp"]) await page.keyboard.press(key);
    await until("a note is higher", async () => (await current(page)).take.score.tracks[0].notes[0][2] === 61);
    await page.keyboard.press("Shift+ArrowRight");
    await until("a note is longer", async () => (await current(page)).take.score.tracks[0].notes[0][1] === 120);
    await page.keyboard.press("Delete");
    await until("a note is gone", async () => (await current(page)).take.score.tracks[0].notes.length === 1);
  },

  async keep(page, name) {
    for (let i = 0; i < 3; ++i) {
      const before = (await current(page)).piece.current;
      await page.keyboard.press("Control+z");
      await until("undone", async () => (await current(page)).piece.current !== before);
    }
    assert.deepEqual((await current(page)).take.score.tracks[0].notes.map((note) => note[2]), [60, 64]);
    await page.keyboard.press("Control+Shift+z");
    await until("redone", async () => (await current(page)).take.score.tracks[0].notes[0][2] === 61);
    const before = await current(page);
    await page.reload();
    await page.waitForSelector("body.ready");
    assert.deepEqual(await current(page), before);
    assert.equal(await page.inputValue("#title"), "by-hand");
    await tab(page, "takes");
    assert.equal(await page.locator(".take").count(), before.piece.takes.length);
    await page.click("#export-button");
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("a[href$='export.mid']")]);
    assert.equal(readFileSync(await download.path()).subarray(0, 4).toString(), "MThd");
    await checkAccess(page, `${name}, export`);
    await page.keyboard.press("Escape");
  },

  async learn(page, name) {
    await page.click("#learn-button");
    await page.waitForSelector("#learn-files-button, #learn-absent");
    if (await page.isVisible("#learn-absent")) return page.keyboard.press("Escape");
    if (await page.isVisible(".rows .row")) {  // it was learned at another width
      await page.click(".rows .row");
      await page.click("#learn-look");
      await page.waitForSelector("#contents");
    } else {
      await learnTunes(page);
    }
    await until("a sample stands there", async () => (await page.locator(".samples .candidate").count()) > 0);
    await page.click(".samples .candidate-play");
    await until("the sample sounds", async () => (await loudness(page)) > 1e-3);
    await page.click("#learn-compare");
    await page.waitForSelector("#evaluation table", { timeout: 60000 });
    await checkAccess(page, `${name}, learn`);
    await picture(page, `learn-${name}`);
    await page.click("#learn-use");
    await until("the model is used", async () => (await api(page, "/learnings")).model !== "");
    await page.keyboard.press("Escape");
    assert.equal(await page.textContent("#learn-button"), "Learn");
    await page.click("#learn-button");
    await page.getByText("Compose with the model that comes along again").click();
    await until("the other model is used", async () => (await api(page, "/learnings")).model === "");
    await page.keyboard.press("Escape");
  },
};

async function times(page) {
  const seen = [], heard = [], whole = [], four = [];
  await page.selectOption("#unit", "seconds");
  await page.fill("#length", "60");
  for (let i = 0; i < 20; ++i) {
    await page.fill("#seed", String(100 + i));
    await page.evaluate(() => {
      const facts = document.getElementById("facts");
      facts.textContent = "";
      window.times = {};
      const listen = new Float32Array(2048);
      const look = () => {
        const now = performance.now() - window.times.begun;
        if (!window.times.seen && facts.textContent) window.times.seen = now;
        if (window.ear) window.ear.getFloatTimeDomainData(listen);
        if (!window.times.heard && window.times.quiet && listen.some((x) => Math.abs(x) > 1e-4)) window.times.heard = now;
        if (!listen.some((x) => Math.abs(x) > 1e-4)) window.times.quiet = true;
        if (!window.times.whole && window.times.seen && !document.body.classList.contains("working")) window.times.whole = now;
        if (!(window.times.heard && window.times.whole)) setTimeout(look, 4);
      };
      document.getElementById("compose-button").addEventListener("click", () => { window.times.begun = performance.now(); look(); }, { once: true });
    });
    await page.click("#compose-button");
    await page.waitForFunction(() => window.times.heard && window.times.whole, null, { timeout: 20000 });
    const one = await page.evaluate(() => window.times);
    seen.push(one.seen);
    heard.push(one.heard);
    whole.push(one.whole);
    await page.keyboard.press("Space");
    await until("silence", async () => (await loudness(page)) < 1e-4);
  }
  for (let i = 0; i < 5; ++i) {
    const bars = (await current(page)).take.score.bar_count;
    if (bars < 8) break;
    await selectBars(page, 2, 5);
    const begun = Date.now();
    await page.keyboard.press("r");
    await page.waitForFunction(() => document.body.classList.contains("working"));
    await idle(page);
    four.push(Date.now() - begun);
    await page.keyboard.press("Escape");
  }
  const say = (what, values) => values.length > 0 && console.log(`${what}: median ${Math.round(median(values))} ms of ${values.length} (${Math.round(Math.min(...values))} to ${Math.round(Math.max(...values))})`);
  say("click to the first note seen", seen);
  say("click to the first sound", heard);
  say("click to a whole minute", whole);
  say("four takes of four bars", four);
}

const studio = await openStudio(continuo);
const browser = await openBrowser(chromium);
let failed = 0;
try {
  for (const [width, height] of sizes) {
    const page = await openPage(browser, studio.address, width, height, width === 900 ? "dark" : "light");
    for (const [name, chapter] of Object.entries(chapters)) {
      if (only && name !== only) continue;
      try {
        await chapter(page, String(width));
        assert.deepEqual(page.complaints, [], "the console and the network are quiet");
        console.log(`ok ${name} at ${width}`);
      } catch (error) {
        ++failed;
        console.log(`FAILED ${name} at ${width}: ${error.stack}`);
        if (pictures) await page.screenshot({ path: `${pictures}/failed-${name}-${width}.png` });
        page.complaints.length = 0;
      }
    }
    if (width === 1440 && !only) await times(page);
    await page.context().close();
  }
} finally {
  await browser.close();
  await studio.close();
}
process.exit(failed > 0 ? 1 : 0);
