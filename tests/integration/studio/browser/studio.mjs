// A studio and a browser for the tests.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

export function openStudio(continuo) {
  const place = mkdtempSync(join(tmpdir(), "studio-"));
  const program = spawn(continuo, ["studio", join(place, "pieces"), "--no-browser"]);
  return new Promise((resolve, reject) => {
    let said = "";
    const hear = (text) => {
      said += text;
      const address = said.match(/http:\S+/);
      if (address && said.includes("Ctrl-C"))
        resolve({ address: address[0], close: () => new Promise((closed) => {
          program.once("exit", () => { rmSync(place, { recursive: true, force: true }); closed(); });
          program.kill("SIGINT");
        }) });
    };
    program.stdout.on("data", hear);
    program.stderr.on("data", hear);
    program.once("exit", () => reject(new Error("the studio did not start: " + said)));
  });
}

export const openBrowser = (path) => chromium.launch({ executablePath: path, args: ["--no-sandbox", "--autoplay-policy=user-gesture-required"] });

/// What goes to the loudspeaker also goes to an analyser of the test.
const listenIn = () => {
  const plain = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (to, ...rest) {
    if (to === this.context.destination && !window.ear) {
      window.ear = this.context.createAnalyser();
      window.ear.fftSize = 16384;
      window.ear.smoothingTimeConstant = 0;
    }
    if (to === this.context.destination) plain.call(this, window.ear);
    return plain.call(this, to, ...rest);
  };
};

/// A page of the studio; `page.complaints` are errors of the console and requests to other hosts.
export async function openPage(browser, address, width, height, colorScheme = "light") {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, hasTouch: width < 500, acceptDownloads: true, reducedMotion: "reduce" });
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", (message) => { if (message.type() === "error" || message.type() === "warning") page.complaints.push(`${message.type()}: ${message.text()}`); });
  page.on("pageerror", (error) => page.complaints.push(error.message));
  page.on("request", (request) => { if (!request.url().startsWith(address) && !/^(data|blob):/.test(request.url())) page.complaints.push("asks " + request.url()); });
  await page.addInitScript(listenIn);
  await page.goto(address);
  await page.waitForSelector("body.ready");
  return page;
}

/// Loudness of what is heard, 0 for silence.
export const loudness = (page) => page.evaluate(() => {
  if (!window.ear) return 0;
  const samples = new Float32Array(2048);
  window.ear.getFloatTimeDomainData(samples);
  return Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
});

/// Decibels of the strongest bin within a quarter tone of each frequency.
export const levels = (page, frequencies) => page.evaluate((wanted) => {
  if (!window.ear) return wanted.map(() => -Infinity);
  const bins = new Float32Array(window.ear.frequencyBinCount), width = window.ear.context.sampleRate / window.ear.fftSize;
  window.ear.getFloatFrequencyData(bins);
  return wanted.map((f) => Math.max(...bins.slice(Math.floor(f / 1.029 / width), Math.ceil((f * 1.029) / width) + 1)));
}, frequencies);

/// A MIDI file of notes [onset, duration, pitch], one after the other, 96 ticks a quarter, 120 quarters a minute.
export function midi(notes) {
  const number = (value) => (value < 128 ? [value] : [...number(value >> 7).map((byte) => byte | 128), value & 127]);
  const events = [];
  let at = 0;
  for (const [onset, duration, pitch] of notes) {
    events.push(...number(onset - at), 0x90, pitch, 90, ...number(duration), 0x80, pitch, 0);
    at = onset + duration;
  }
  events.push(0, 0xff, 0x2f, 0);
  const size = (value, bytes) => Array.from({ length: bytes }, (_, i) => (value >> (8 * (bytes - 1 - i))) & 255);
  return Buffer.from([...Buffer.from("MThd"), ...size(6, 4), 0, 0, 0, 1, 0, 96, ...Buffer.from("MTrk"), ...size(events.length, 4), ...events]);
}
