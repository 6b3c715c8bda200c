// The kiosk: hears what the terminal tells, shows the screen for it, sends what the patient does.
// Nothing is kept: no cookie, no storage; the token and the digits live in this page alone.

import { readEvents, send, element } from "/stream.js";
import { words, plain, ruby, fill } from "/words.js";
import { screen, freshSteps, problemText } from "/screens.js";
import { say, chime } from "/voice.js";
import { freshOwn, ownView } from "/own.js";

const page = {
  language: "ja", style: "standard", furigana: false, volume: 1, isShuffled: false,
  isPaired: true, isLost: true, terminal: null,
};
let secret = "", token = null, told = null, steps = freshSteps(), shown = "", drawn = "", keyOrder = [..."1234567890"];
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
    if (isOther || value.session?.state === "empty" || steps.own && !value.session?.cardPresent) forget();
    if (value.session?.state === "choosing" && told?.session?.state === "proving") {
      [steps.way, steps.lastTry] = [null, null];
      wipe();
    }
    // So has one that somebody else enters for.
    if (steps.proxy === undefined) steps.proxy = value.session?.enteredBy;
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
  if (steps.own) leaveOwn();
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
    step("choice", { json: { way: steps.way, consents: steps.consents, enteredBy: steps.proxy ?? undefined } });
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
  proxyAsk() { steps.asksProxy = true; },
  proxyBack() { steps.asksProxy = false; },
  proxy(proxy) { [steps.proxy, steps.asksProxy] = [proxy, false]; },
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
  own() { steps.own = freshOwn(told.session, now()); },
  register() { steps.own = { ...freshOwn(told.session, now()), registers: true }; },
  later() { steps.ending = { ...steps.ending, type: "" }; },
  ownPin() { if (steps.digits === 4) beginOwn(digits.slice()); },
  // No digit is known here: the reader takes them.
  ownPad() { beginOwn(new Uint8Array(0)); },
  async ownLastTry() {
    const mine = steps;
    const answer = await askOwn(mine, () => send("/v1/readers/last-try", token));
    if (answer?.token) mine.lastTry = answer.token;
    else if (answer) mine.own.tries = answer.triesLeft;
    show();
  },
  ownEnd() {
    const wasShown = steps.own?.stage === "view";
    leaveOwn();
    steps.own = wasShown && told.session.state !== "choosing" ? { stage: "end" } : null;
  },
  ownTab(tab) { openOwn(tab); },
  ownPeriod() { const { own } = steps; own.sheets[own.tab] = null; openOwn(own.tab); },
  ownChange(change) { change(steps.own); steps.own.version += 1; },
  ownPrint() { if (steps.own.sheets[steps.own.tab]) window.print(); },
  ownPaper() { printPaper(); },
  async moreTime() {
    if (steps.own) return void (steps.own.touched = now());
    if (await step("more-time")) told.since = now();
    show();
  },
  shuffle() {
    page.isShuffled = !page.isShuffled;
    mixKeys();
  },
};

// MARK: わたしの情報

/** Asks for one's own; an answer to somebody who has left is dropped. */
async function askOwn(mine, ask) {
  mine.notice = null;
  try {
    const answer = await ask();
    return mine === steps && mine.own ? answer : undefined;
  } catch (problem) {
    if (mine !== steps || !mine.own) return undefined;
    if (/not-paired$/.test(problem?.type ?? "")) page.isPaired = false;
    if (/wrong-pin$/.test(problem?.type ?? "")) mine.own.tries -= 1;
    if (/pin-locked$/.test(problem?.type ?? "")) mine.own.tries = 0;
    if (/last-try$/.test(problem?.type ?? "")) mine.own.tries = 1;
    mine.notice = problem?.title ? problemText(page, problem) : text().own.noPrint;
    if (mine.own.stage === "view" && /card-pulled$/.test(problem?.type ?? "")) acts.ownEnd();
  } finally {
    mine.isSending = false;
    if (mine === steps) { if (mine.own?.version !== undefined) mine.own.version += 1; show(); }
  }
}

async function beginOwn(octets) {
  const mine = steps;
  if (mine.isSending) return;
  const headers = { "Madoguchi-Session": mine.own.session };
  if (mine.lastTry) headers["Madoguchi-Last-Try"] = mine.lastTry;
  if (mine.proxy) headers["Madoguchi-Entered-By"] = mine.proxy;
  [mine.isSending, mine.lastTry] = [true, null];
  wipe();
  const begun = await askOwn(mine, () => send(`/v1/own${mine.own.registers ? "?page=registration" : ""}`, token, { octets, headers })
    .finally(() => octets.fill(0)));
  if (!begun) return;
  if (mine.own.registers) {
    leaveOwn();
    steps.own = { stage: "end", isRegistered: true };
    return show();
  }
  Object.assign(mine.own, { stage: "view", token: begun.token, tab: begun.page, touched: now() });
  mine.own.sheets[begun.page] = begun.sheet;
  show();
}

const ownPath = (own, tab) => {
  const months = own.periods[tab];
  return `/v1/own/${tab}${months ? `?from=${months.from}&to=${months.to}` : ""}`;
};
const ownFetch = (own, path) => fetch(path, {
  cache: "no-store", headers: { Authorization: `Bearer ${token}`, "Madoguchi-Own": own.token },
});

async function openOwn(tab) {
  const mine = steps, { own } = mine;
  Object.assign(own, { tab, chart: null, touched: now(), version: own.version + 1 });
  if (own.sheets[tab]) return;
  const answer = await askOwn(mine, async () => {
    const answer = await ownFetch(own, ownPath(own, tab)), told = await answer.json();
    if (!answer.ok) throw told;
    return told;
  });
  if (!answer) return;
  own.sheets[tab] = answer.sheet;
  const { from, to } = answer.sheet;
  if (from && to) own.periods[tab] ??= { from, to, first: from, last: to };
  own.version += 1;
  show();
}

/** The product's paper, drawn by the terminal, to the printer: nothing of it stays. */
async function printPaper() {
  const mine = steps, { own } = mine;
  own.touched = now();
  mine.notice = text().own.printing;
  own.version += 1;
  show();
  const path = ownPath(own, own.tab).replace(/(\?|$)/, "/paper$1");
  const more = [own.isElderly && "elderly=1", page.style === "large" && "large=1"].filter(Boolean).join("&");
  const paper = await askOwn(mine, async () => {
    const answer = await ownFetch(own, more ? path + (path.includes("?") ? "&" : "?") + more : path);
    if (!answer.ok) throw await answer.json();
    return answer.blob();
  });
  if (!paper) return;
  takePaper();
  const frame = element("iframe", { id: "paper", title: "PDF", tabindex: -1 });
  frame.src = URL.createObjectURL(paper);
  frame.addEventListener("load", () => {
    document.documentElement.dataset.papers = Number(document.documentElement.dataset.papers ?? 0) + 1;
    try { frame.contentWindow.print(); } catch { mine.notice = text().own.noPrint; show(); }
  });
  document.body.append(frame);
}

function takePaper() {
  const frame = document.getElementById("paper");
  if (!frame) return;
  URL.revokeObjectURL(frame.src);
  frame.remove();
}

/** What was shown goes, here and at the portal. */
function leaveOwn() {
  takePaper();
  wipe();
  const { own } = steps;
  steps.own = null;
  [steps.notice, steps.lastTry] = [null, null];
  if (own?.token) send("/v1/own/end", token, { headers: { "Madoguchi-Own": own.token } }).catch(() => {});
}

function mixKeys() {
  keyOrder = [..."1234567890"];
  if (!page.isShuffled) return;
  const chance = crypto.getRandomValues(new Uint32Array(10));
  keyOrder = keyOrder.map((key, place) => [chance[place], key]).sort((a, b) => a[0] - b[0]).map(pair => pair[1]);
}

function act(does, value) {
  if (steps.own) steps.own.touched = now();
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
  const name = one.name + one.title + (one.part ?? "");
  const isNew = name !== shown;
  if (isNew && one.form === "pin") mixKeys();
  const focus = document.activeElement?.dataset?.key;
  // What is long to read is drawn again only when it has changed.
  const sign = one.form === "own" && [page.language, page.style, page.furigana, page.volume, name, steps.own.version, left(one) ?? "", one.notice ?? ""].join("|");
  if (sign && sign === drawn) return;
  drawn = sign;
  const main = document.getElementById("screen"), scrolled = isNew ? 0 : main.scrollTop;
  draw(one);
  main.scrollTop = scrolled;
  if (isNew) {
    shown = name;
    document.querySelector("h1").focus();
    say(plain(one.say), page.language, page.volume);
    if (one.chimes) chime(page.volume);
  } else if (focus) {
    document.querySelector(`[data-key="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
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
    element("span", { class: "mark", "aria-hidden": "true" }, "▲"), element("span", {}, ruby(one.notice)));
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
      type: "button", "data-key": `${choice.does}-${choice.value ?? ""}`, class: choice.isWhole ? "whole" : choice.isAside ? "aside" : undefined,
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
    case "own": return ownView(page, steps.own, text(), act);
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

/** The seconds left, once they are few enough to be told. */
function left(one) {
  const warning = page.terminal?.seconds?.warning ?? 20;
  const seconds = one.limit === undefined ? Infinity : Math.ceil(one.limit - (now() - (one.since ?? told.since)));
  return seconds > warning || seconds < 0 ? undefined : seconds;
}

function limit(one) {
  const seconds = left(one);
  if (seconds === undefined) return undefined;
  return element("div", { class: "box warn", role: "timer" }, element("span", { class: "mark", "aria-hidden": "true" }, "▲"),
    element("p", {}, ruby(`${text().stillThere} — ${fill(text().secondsLeft, { seconds })}`)),
    one.extends && button({ does: "moreTime", name: text().timeMore }));
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
    return void document.querySelectorAll(".choices button, .tabs button")[event.key - 1]?.click();
  }
  if (one.form === "own") {
    const main = document.getElementById("screen"), page = main.clientHeight * 0.8;
    if (event.key === ".") return void main.scrollBy(0, -page);
    if (event.key === "Enter" && document.activeElement?.tagName !== "BUTTON") return void main.scrollBy(0, page);
  }
  // Where there are ten keys and no Tab.
  if (event.key === "+") return void nextButton();
  if (event.key === "Escape" || event.key === "-") return void (one.secondary && press(one.away ?? one.secondary.does));
  const isOnButton = document.activeElement?.tagName === "BUTTON";
  if (event.key === "Enter" && one.primary && (!isOnButton || one.form === "pin")) {
    event.preventDefault();
    press(one.primary.does);
  }
});

function nextButton() {
  const buttons = [...document.querySelectorAll("main button, footer button, header button")];
  buttons[(buttons.indexOf(document.activeElement) + 1) % buttons.length]?.focus();
}

// Whoever has left does not stay on the screen.
setInterval(() => {
  if (steps.own?.touched && now() - steps.own.touched > page.terminal.seconds.own) act("ownEnd");
}, 1000);

// Limits count down, and a reading that takes long says so.
setInterval(() => { if (told && !page.isLost) show(); }, 1000);
addEventListener("pagehide", forget);

show();
listen();
