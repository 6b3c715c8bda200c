// The kiosk: hears what the terminal tells, shows the screen for it, sends what the patient does.
// Nothing is kept: no cookie, no storage; the token and the digits live in this page alone.

import { readEvents, send, element } from "/stream.js";
import { words, plain, ruby, fill } from "/words.js";
import { screen, freshSteps, problemText } from "/screens.js";
import { say, chime } from "/voice.js";

const page = {
  language: "ja", style: "standard", furigana: false, volume: 1, isShuffled: false,
  isPaired: true, isLost: true, terminal: null,
};
let secret = "", token = null, told = null, steps = freshSteps(), shown = "", keyOrder = [..."1234567890"];
const digits = new Uint8Array(4);
const text = () => words[page.language];
const now = () => performance.now() / 1000;

// MARK: What the terminal tells

async function pair() {
  try {
    token = (await send("/v1/pair", "", { json: { secret } })).token;
  } catch (problem) {
    // No answer at all: the service starts, or starts again.
    if (!problem?.title) throw problem;
    page.isPaired = false;
    show();
  }
}

async function listen() {
  secret = location.hash.slice(1);
  history.replaceState(null, "", "/");
  for (let pause = 0.5; page.isPaired; pause = Math.min(pause * 2, 5)) {
    try {
      await pair();
      if (!page.isPaired) return;
      const beat = page.terminal?.beatSeconds ?? 5;
      await readEvents("/v1/events", token, beat * 2.5, hear, () => { pause = 0.5; });
    } catch (problem) {
      if (/not-paired$/.test(problem?.type ?? "")) page.isPaired = false;
    }
    lose();
    await new Promise(done => setTimeout(done, pause * 1000));
  }
}

function hear(name, value) {
  page.isLost = false;
  if (name === "terminal") page.terminal = value;
  if (name === "session") {
    const isOther = told?.session?.session !== value.session?.session;
    const isSame = told?.session?.state === value.session?.state && !isOther;
    if (isOther || value.session?.state === "empty") forget();
    if (value.session?.state === "choosing" && told?.session?.state === "proving") {
      [steps.way, steps.lastTry] = [null, null];
      wipe();
    }
    const kept = value.session?.consents ?? {};
    // A card that came back has its answers with it.
    if (page.terminal.items.every(item => item in kept))
      [steps.consents, steps.item] = [{ ...kept }, page.terminal.items.length];
    told = { ...value, since: isSame ? told.since : now() };
    if (value.failure) wipe();
  }
  show();
  goOn();
}

function lose() {
  page.isLost = true;
  told = null;
  forget();
  show();
}

function forget() {
  wipe();
  steps = freshSteps();
}

function wipe() {
  digits.fill(0);
  steps.digits = 0;
}

// MARK: What the patient does

/** Once all is answered, the choice goes out, once. */
function goOn() {
  const ready = told?.session?.state === "choosing" && steps.way !== null
    && steps.item >= page.terminal.items.length;
  if (ready && !steps.isChosen) {
    steps.isChosen = true;
    step("choice", { json: { way: steps.way, consents: steps.consents } });
  }
}

async function step(name, more = {}) {
  const session = told.session.session, mine = steps;
  mine.notice = null;
  try {
    const answer = await send(`/v1/session/${name}`, token, {
      ...more, headers: { "Madoguchi-Session": session, ...more.headers },
    });
    if (answer.closing?.problem) mine.ending = answer.closing.problem;
    return answer;
  } catch (problem) {
    if (/not-paired$/.test(problem?.type ?? "")) page.isPaired = false;
    else if (problem?.title) mine.notice = problemText(page, problem);
    if (name === "choice") [mine.way, mine.isChosen] = [null, false];
  } finally {
    mine.isSending = false;
    if (mine === steps) show();
  }
}

const acts = {
  way(way) { [steps.way, steps.notice, steps.isChosen] = [way, null, false]; goOn(); },
  consent(isYes) { steps.consents[page.terminal.items[steps.item]] = isYes; steps.item += 1; goOn(); },
  consentAll() {
    for (const item of page.terminal.items) steps.consents[item] = true;
    steps.item = page.terminal.items.length;
    goOn();
  },
  undo() { if (steps.item > 0) steps.item -= 1; else steps.way = null; },
  leave() { steps.notice = plain(text().left.lines[0]); },
  back() { wipe(); step("back"); },
  async lastTry() {
    const answer = await step("last-try");
    if (answer) steps.lastTry = answer.token;
    show();
  },
  digit(digit) {
    if (steps.digits === 4) return;
    digits[steps.digits] = digit.charCodeAt(0);
    steps.digits += 1;
    say(plain(fill(text().pin.digit, { count: steps.digits })), page.language, page.volume);
  },
  erase() { if (steps.digits > 0) { steps.digits -= 1; digits[steps.digits] = 0; } },
  clear: wipe,
  pad() {
    if (steps.isSending) return;
    const headers = steps.lastTry ? { "Madoguchi-Last-Try": steps.lastTry } : {};
    [steps.isSending, steps.lastTry] = [true, null];
    // No digit is known here: the reader takes them.
    step("pin", { octets: new Uint8Array(0), headers });
  },
  pin() {
    if (steps.digits !== 4 || steps.isSending) return;
    const octets = digits.slice();
    const headers = steps.lastTry ? { "Madoguchi-Last-Try": steps.lastTry } : {};
    [steps.isSending, steps.lastTry] = [true, null];
    wipe();
    step("pin", { octets, headers }).finally(() => octets.fill(0));
  },
  face() { if (!steps.isSending) { steps.isSending = true; step("face"); } },
  seen() { step("seen"); },
  shuffle() {
    page.isShuffled = !page.isShuffled;
    mixKeys();
  },
};

function mixKeys() {
  keyOrder = [..."1234567890"];
  if (!page.isShuffled) return;
  const chance = crypto.getRandomValues(new Uint32Array(10));
  keyOrder = keyOrder.map((key, place) => [chance[place], key]).sort((a, b) => a[0] - b[0]).map(pair => pair[1]);
}

function act(does, value) {
  acts[does](value);
  show();
}

// MARK: What stands on the screen

function show() {
  document.body.classList.toggle("blank", page.isLost && page.isPaired && shown !== "");
  document.documentElement.lang = page.language;
  document.documentElement.dataset.style = page.style;
  document.documentElement.toggleAttribute("data-furigana", page.furigana);
  const one = screen(page, told, steps, now());
  const isNew = one.name + one.title !== shown;
  if (isNew && one.name === "pin") mixKeys();
  const focus = document.activeElement?.dataset?.key;
  draw(one);
  if (isNew) {
    shown = one.name + one.title;
    document.querySelector("h1").focus();
    say(plain(one.say), page.language, page.volume);
    if (one.chimes) chime(page.volume);
  } else if (focus) {
    document.querySelector(`[data-key="${focus}"]`)?.focus();
  }
}

const tones = { warn: "▲", stop: "■", good: "●" };

function draw(one) {
  const institution = document.getElementById("institution");
  institution.textContent = page.terminal?.institution ?? "";
  document.getElementById("simulation").hidden = !page.terminal?.simulation;
  document.getElementById("settings").replaceChildren(...settings());
  const heading = element("h1", { tabindex: -1 }, ruby(one.title));
  const mark = tones[one.tone];
  const top = mark
    ? element("div", { class: `box ${one.tone}` }, element("span", { class: "mark", "aria-hidden": "true" }, mark), heading)
    : heading;
  const notice = one.notice && element("p", { class: "box warn", role: "alert" },
    element("span", { class: "mark", "aria-hidden": "true" }, "▲"), ruby(one.notice));
  const lines = element("div", { class: "lines" }, one.lines.map(line => element("p", {}, ruby(line))));
  const main = document.getElementById("screen");
  main.dataset.screen = one.name;
  main.replaceChildren(...[top, notice, lines, choices(one), form(one), limit(one)].filter(Boolean));
  document.getElementById("actions").replaceChildren(
    ...[one.secondary && button(one.secondary), one.primary && button(one.primary, "primary")].filter(Boolean));
}

function button(action, kind) {
  return element("button", {
    type: "button", class: kind, "data-key": action.does, "aria-disabled": action.isClosed ? "true" : undefined,
    onclick: () => { if (!action.isClosed) act(action.does, action.value); },
  }, ruby(action.name));
}

function choices(one) {
  if (one.choices.length === 0) return undefined;
  return element("div", { class: one.isEqual ? "choices equal" : "choices", role: "group" },
    one.choices.map((choice, index) => element("button", {
      type: "button", "data-key": `${choice.does}-${choice.value ?? ""}`, class: choice.isWhole ? "whole" : undefined,
      "aria-disabled": choice.isClosed ? "true" : undefined,
      onclick: () => { if (!choice.isClosed) act(choice.does, choice.value); },
    }, element("span", { class: "number", "aria-hidden": "true" }, String(index + 1)),
    element("span", { class: "name" }, ruby(choice.name)),
    choice.note && element("span", { class: "note" }, ruby(choice.note)))));
}

function form(one) {
  switch (one.form) {
    case "pin": return pinForm();
    case "working": return element("div", { class: "bar", "aria-hidden": "true" }, element("i"));
    case "face": return element("div", { class: "frame", "aria-hidden": "true" });
    case "drawing": return drawing();
    default: return undefined;
  }
}

function pinForm() {
  const count = fill(text().pin.digit, { count: steps.digits });
  const dots = element("p", { class: "dots", role: "img", "aria-label": plain(count) },
    [0, 1, 2, 3].map(place => element("i", { class: place < steps.digits ? "full" : undefined })));
  const key = (name, label, run, kind) =>
    element("button", { type: "button", "data-key": name, class: kind, onclick: run }, label);
  const digitKey = digit => key(`digit-${digit}`, digit, () => act("digit", digit));
  const [nine, last] = [keyOrder.slice(0, 9), keyOrder[9]];
  const keys = element("div", { class: "keys", role: "group" }, nine.map(digitKey),
    key("clear", ruby(text().clear), () => act("clear"), "word"), digitKey(last),
    key("erase", ruby(text().erase), () => act("erase"), "word"));
  const shuffle = element("button", {
    type: "button", "data-key": "shuffle", "aria-pressed": String(page.isShuffled), onclick: () => act("shuffle"),
  }, ruby(text().shuffle));
  return element("div", { class: "pin" }, element("div", {}, dots, shuffle), keys);
}

function limit(one) {
  const warning = page.terminal?.seconds?.warning ?? 20;
  const left = one.limit === undefined ? Infinity : Math.ceil(one.limit - (now() - told.since));
  if (left > warning || left < 0) return undefined;
  const words = fill(text().secondsLeft, { seconds: left });
  return element("p", { class: "box warn", role: "timer" }, element("span", { class: "mark", "aria-hidden": "true" }, "▲"),
    ruby(`${text().stillThere} — ${words}`));
}

function drawing() {
  const make = (name, attributes, ...children) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };
  const line = { fill: "none", stroke: "currentColor", "stroke-width": 6 };
  return make("svg", { class: "drawing", viewBox: "0 0 400 300", "aria-hidden": "true" },
    make("rect", { x: 40, y: 190, width: 320, height: 90, rx: 16, ...line }),
    make("path", { d: "M100 190 h200", ...line, "stroke-width": 14 }),
    make("g", { class: "card" },
      make("rect", { x: 120, y: 90, width: 160, height: 100, rx: 10, ...line, fill: "var(--pale)" }),
      make("rect", { x: 136, y: 108, width: 40, height: 50, ...line, "stroke-width": 4 }),
      make("rect", { x: 220, y: 128, width: 44, height: 34, rx: 6, ...line, "stroke-width": 4 })));
}

function settings() {
  const pressed = (isOn, name, run, key) => element("button",
    { type: "button", "data-key": key, "aria-pressed": String(isOn), onclick: run }, ruby(name));
  const change = (key, value) => () => { page[key] = value; shown = ""; show(); };
  const language = element("button", {
    type: "button", "data-key": "language", lang: page.language === "ja" ? "en" : "ja",
    onclick: change("language", page.language === "ja" ? "en" : "ja"),
  }, text().language);
  return [
    language,
    ...Object.entries(text().styles).map(([style, name]) =>
      pressed(page.style === style, name, change("style", style), `style-${style}`)),
    page.language === "ja" && pressed(page.furigana, text().furigana, change("furigana", !page.furigana), "furigana"),
    element("button", { type: "button", "data-key": "voice", onclick: change("volume", (page.volume + 1) % 3) },
      ruby(text().voice[page.volume])),
  ].filter(Boolean);
}

// MARK: Keys. A ten-key pad is enough: digits choose, Enter confirms, - goes back, . erases one.

addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const one = screen(page, told, steps, now());
  const press = key => document.querySelector(`[data-key="${key}"]`)?.click();
  if (one.form === "pin") {
    if (/^[0-9]$/.test(event.key)) return void act("digit", event.key);
    if (["Backspace", ".", "Delete"].includes(event.key)) return void act("erase");
    if (event.key === "*") return void act("clear");
  } else if (/^[1-9]$/.test(event.key)) {
    return void document.querySelectorAll(".choices button")[event.key - 1]?.click();
  }
  if (event.key === "Escape" || event.key === "-") return void (one.secondary && press(one.secondary.does));
  const isOnButton = document.activeElement?.tagName === "BUTTON";
  if (event.key === "Enter" && one.primary && (!isOnButton || one.form === "pin")) {
    event.preventDefault();
    press(one.primary.does);
  }
});

// Limits count down, and a reading that takes long says so.
setInterval(() => { if (told && !page.isLost) show(); }, 1000);
addEventListener("pagehide", forget);

show();
listen();
