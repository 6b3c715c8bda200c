// The desk: staff sign in, see today's check-ins as they come, open one, and what the patient agreed
// to. Nothing is kept: no cookie, no storage; the token and what was opened live in this page alone,
// and go when the consent, the session or the service ends.

import { readEvents, send, element } from "/stream.js";
import { words, fill, problemText, clock, day } from "/words.js";
import * as sheets from "/sheets.js";
import { historyTable } from "/history.js";
import { freshInsurance, insurancePane, openInsurance } from "/insurance.js";

const page = { language: "ja", style: "standard", isLost: false, terminal: null, notice: null, isSending: false };
const nothingOpen = () => ({ id: null, tab: "qualification", sheets: {}, problem: null, isLoading: false, ended: null, asks: null, word: null, isGrid: false, hidesOwn: false, chart: null });
let admin = null, insurance = null;
// The administrators' part of the page, fetched when one is signed in: nobody else waits for it.
let administrators = null;
let me = null, token = null, told = null, open = nothingOpen(), stays = {}, visual = {};
const text = () => words[page.language];
const tabItems = { drugs: "drugs", checkups: "checkups" };
const isEnded = problem => /:(signed-out|no-token)$/.test(problem?.type ?? "");

// MARK: Signing in and out

async function signIn(id, password, code) {
  if (page.isSending) return;
  [page.isSending, page.notice] = [true, null];
  const octets = new TextEncoder().encode(password);
  try {
    const headers = { "Madoguchi-Staff": encodeURIComponent(id) };
    if (code) headers["Madoguchi-Code"] = code;
    me = await send("/v1/sign-in", "", { octets, headers });
    stays.needsCode = false;
    [token, me.token] = [me.token, null];
    listen(token);
  } catch (problem) {
    page.notice = problem?.title ? problem : "lost";
    stays.needsCode ||= /code-missing$/.test(problem?.type ?? "");
  } finally {
    octets.fill(0);
    page.isSending = false;
    show();
  }
}

async function signOut() {
  const old = token;
  leave(null);
  try { await send("/v1/sign-out", old, {}); } catch { /* It ends by itself. */ }
}

/** Wipes everything; `notice` says why on the sign-in. */
function leave(notice) {
  [me, token, told, open, visual, page.isLost] = [null, null, null, nothingOpen(), {}, false];
  [admin, insurance] = [null, null];
  takePaper();
  page.notice = notice;
  show();
}

async function listen(mine) {
  for (let pause = 0.5; token === mine; pause = Math.min(pause * 2, 5)) {
    let wasHeard = false;
    try {
      await readEvents("/v1/events", mine, (page.terminal?.beatSeconds ?? 3) * 2.5,
        (name, value) => { if (token === mine) hear(name, value); }, () => { wasHeard = true; });
    } catch (problem) {
      if (token === mine && isEnded(problem)) return leave("signedOut");
    }
    if (token !== mine) return;
    if (wasHeard) pause = 0.25;
    lose();
    await new Promise(done => setTimeout(done, pause * 1000));
  }
}

function lose() {
  if (page.isLost) return;
  [page.isLost, told, open, visual, admin, insurance] = [true, null, nothingOpen(), {}, null, null];
  takePaper();
  show();
}

function hear(name, value) {
  page.isLost = false;
  if (name === "terminal") page.terminal = value;
  if (name === "session") told = value;
  judge();
  show();
}

/** What may not be seen any more goes. */
function judge() {
  if (!open.id || open.ended) return;
  const listed = checkIn(open.id);
  // One that was approved just now may not be told yet.
  if (!listed && !open.wasListed) return;
  open.wasListed = true;
  if (!listed || listed.state !== "open" || Date.parse(listed.until) <= Date.now()) {
    const state = listed?.state === "open" ? "expired" : listed?.state ?? "closed";
    open = { ...nothingOpen(), id: open.id, ended: state, word: open.word };
    takePaper();
    return;
  }
  for (const item of Object.keys(tabItems))
    if (open.sheets[item] && !agreed(listed, item)) {
      delete open.sheets[item];
      open.chart = null;
    }
}

const checkIn = id => told?.checkIns?.find(one => one.id === id);
const agreed = (listed, item) => listed.items.some(one => one.item === item && Date.parse(one.until) > Date.now());

// MARK: Asking

async function ask(path) {
  const answer = await fetch(path, { cache: "no-store", headers: { Authorization: `Bearer ${token}` } });
  const value = await answer.json();
  if (!answer.ok) throw value;
  return value;
}

/** Does something for the check-in that is open; an answer to another one is dropped. */
async function during(act) {
  const mine = open;
  if (mine.isLoading) return;
  [mine.isLoading, mine.problem] = [true, null];
  show();
  try { await act(mine); } catch (problem) {
    if (isEnded(problem)) return leave("signedOut");
    mine.problem = problem?.title ? problem : { title: text().lost[0], titleJapanese: text().lost[0] };
  }
  mine.isLoading = false;
  if (mine === open) { judge(); show(); }
}

function openCheckIn(id) {
  insurance = null;
  open = { ...nothingOpen(), id };
  judge();
  if (open.ended) return show();
  return during(async mine => {
    mine.sheets.qualification = (await ask(`/v1/check-ins/${id}?form=sheet`)).qualification;
    mine.isForgotten = !mine.sheets.qualification;
  });
}

function openTab(tab) {
  [open.tab, open.problem, open.chart, open.asks] = [tab, null, null, null];
  show();
}

const load = item => during(async mine => {
  const answer = await ask(`/v1/check-ins/${mine.id}/${item}?form=sheet`);
  mine.sheets[item] = item === "history" ? answer : answer.record;
});

const lineProof = index => during(async mine => {
  mine.proof = await ask(`/v1/check-ins/${mine.id}/proofs/${index}`);
});

/** The institution's paper, drawn by the terminal: to the printer, or to a file of the user's. */
const paper = isSaved => during(async mine => {
  const isElderly = mine.tab === "checkups" && mine.sheets.checkups.programmes.every(name => name.includes("後期高齢者"));
  const answer = await fetch(`/v1/check-ins/${mine.id}/${mine.tab}/paper?large=${page.style === "large" ? 1 : 0}&elderly=${isElderly ? 1 : 0}`,
    { cache: "no-store", headers: { Authorization: `Bearer ${token}` } });
  if (!answer.ok) throw await answer.json();
  const blob = await answer.blob();
  if (mine !== open || open.ended) return;
  takePaper();
  const address = URL.createObjectURL(blob);
  if (isSaved) {
    element("a", { href: address, download: `${mine.tab}-${checkIn(mine.id)?.number ?? ""}.pdf` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  } else {
    const frame = element("iframe", { id: "paper", title: "PDF", tabindex: -1 });
    frame.src = address;
    frame.addEventListener("load", () => frame.contentWindow.print());
    document.body.append(frame);
  }
});

function takePaper() {
  const frame = document.getElementById("paper");
  if (!frame) return;
  URL.revokeObjectURL(frame.src);
  frame.remove();
}

const link = chart => during(mine => send(`/v1/check-ins/${mine.id}/chart`, token, { json: chart ? { chart } : {} }));

const end = verb => during(async mine => {
  const ended = await send(`/v1/check-ins/${mine.id}/${verb}`, token, {});
  mine.word = ended.clearinghouseTold ? "told" : "notTold";
  takePaper();
  [mine.sheets, mine.asks] = [{}, null];
  if (mine === open) open = { ...nothingOpen(), id: mine.id, ended: ended.state, word: mine.word };
});

const compare = same => during(mine => send(`/v1/check-ins/${mine.id}/identity`, token, { json: { same } }));

async function approve(reader, reason) {
  if (visual.isSending) return;
  visual = { isSending: true };
  show();
  try {
    const answer = await send(`/v1/session/confirm?reader=${encodeURIComponent(reader.name)}`, token,
      { json: { reason }, headers: { "Madoguchi-Session": reader.session.session } });
    const problem = answer.closing?.problem;
    visual = { word: problem ? problemText(page.language, problem) : text().visual.done };
    if (answer.checkIn) openCheckIn(answer.checkIn);
  } catch (problem) {
    if (isEnded(problem)) return leave("signedOut");
    visual = { word: problem?.title ? problemText(page.language, problem) : text().visual.failed };
  }
  show();
}

async function endPause(reader) {
  try { await send(`/v1/readers/end-pause?reader=${encodeURIComponent(reader.name)}`, token, {}); } catch (problem) {
    if (isEnded(problem)) leave("signedOut");
  }
}

// MARK: Drawing

const button = (key, name, does, more = {}) => element("button", { type: "button", "data-key": key, onclick: does, ...more }, name);

function header() {
  document.documentElement.lang = page.language;
  document.documentElement.dataset.style = page.style;
  document.querySelector("#institution").textContent = page.terminal?.institution ?? "Madoguchi";
  document.querySelector("#simulation").hidden = !(page.terminal?.simulation);
  const lights = text().lights;
  const light = (name, isOn, on, off) => element("span", {}, `${isOn ? "●" : "✕"} ${name} ${isOn ? on : off}`);
  document.querySelector("#lights").replaceChildren(...(told ? [
    light(lights.service, told.pcscService, lights.on, lights.off),
    told.mode && element("strong", { "data-part": "mode-on" }, `▲ ${text().mode.names[told.mode.kind]}`),
    ...told.readers.length ? [light(lights.reader, told.readers.every(reader => reader.present), lights.there, lights.gone)] : [],
  ].filter(Boolean) : []));
  const settings = document.querySelector("#settings");
  settings.setAttribute("aria-label", page.language === "ja" ? "表示" : "Display");
  settings.replaceChildren(...[
    ...Object.entries(text().styles).map(([style, name]) => button(`style-${style}`, name, () => { page.style = style; show(); },
      { "aria-pressed": String(page.style === style) })),
    button("language", text().language, () => { page.language = page.language === "ja" ? "en" : "ja"; show(); },
      { lang: page.language === "ja" ? "en" : "ja" }),
    me && element("span", { "data-part": "me" }, `${me.id} (${text().roles[me.role]})`),
    me && button("sign-out", text().signOut, signOut),
  ].filter(Boolean));
}

const alone = (...children) => element("div", { class: "alone" }, element("div", {}, ...children));

function signInScreen() {
  const say = text().signIn, notice = page.notice;
  const noticeText = notice === "lost" ? text().lost[0] : notice === "signedOut" ? text().signedOut
    : notice && problemText(page.language, notice);
  const id = element("input", { id: "id", "data-key": "id", autocomplete: "username", required: "", maxlength: 64, value: stays.id ?? "" });
  const password = element("input", { id: "password", "data-key": "password", type: "password", autocomplete: "current-password", required: "" });
  const code = element("input", { id: "code", "data-key": "code", inputmode: "numeric", autocomplete: "one-time-code", pattern: "[0-9]{6}", maxlength: 6 });
  const form = element("form", {}, element("h1", {}, say.title),
    noticeText && element("p", { class: `box ${notice === "signedOut" ? "" : "stop"}`, role: "alert", "data-part": "notice" }, noticeText),
    element("label", { for: "id" }, say.id, id), element("label", { for: "password" }, say.password, password),
    stays.needsCode && element("label", { for: "code" }, say.code, code),
    element("button", { class: "primary", "data-key": "sign-in" }, page.isSending ? say.wait : say.go),
    element("p", { class: "note" }, say.forgotten));
  form.addEventListener("submit", event => {
    event.preventDefault();
    stays = { id: id.value, needsCode: stays.needsCode };
    const [given, digits] = [password.value, code.value];
    [password.value, code.value] = ["", ""];
    document.querySelector("#code")?.setAttribute("value", "");
    signIn(id.value, given, digits);
  });
  const screen = alone(form);
  return screen;
}

function chip(one) {
  const asks = one.state === "open" && ["unchecked", "undecided"].includes(one.identity);
  return element("span", { class: `chip ${asks ? "warn" : one.state === "open" ? "good" : ""}` },
    asks ? "▲ " + text().checkIn.asks : text().checkIn[one.state]);
}

function listPane() {
  const say = text();
  const rows = [...told.checkIns ?? []].sort((a, b) => b.openedAt.localeCompare(a.openedAt));
  const list = element("ul", { class: "list" }, rows.map(one => element("li", {},
    element("button", { type: "button", "data-key": `check-in-${one.id}`, "aria-current": open.id === one.id ? "true" : null, onclick: () => openCheckIn(one.id) },
      element("span", { class: "time" }, clock(page.language, one.openedAt)),
      chip(one),
      element("span", { class: "who" }, [fill(say.number, one), one.spoken ? say.mode.consents[one.spoken] : say.ways[one.way], one.enteredBy && say.history.patientsSide[one.enteredBy], one.chart && `${say.chart.label} ${one.chart}`].filter(Boolean).join(" · "))))));
  list.addEventListener("keydown", event => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...list.querySelectorAll("button")];
    buttons[(buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length]?.focus();
  });
  const without = button("insurance", say.insurance.open, () => {
    [open, insurance] = [nothingOpen(), freshInsurance()];
    openInsurance(desk());
  }, { "aria-pressed": String(insurance !== null) });
  return element("nav", { "aria-label": say.list, tabindex: "-1" }, element("p", { class: "actions" }, without), element("h2", {}, say.list),
    told.checkIns && rows.length === 0 && element("p", { class: "note" }, say.listNone), list);
}

/** What the panes of other files have and do. */
const desk = () => ({ insuranceNow: () => insurance, openCheckIn, page, me, told, admin, insurance, ask, send, token, text: text(), button, show, leave, isEnded });

function detailPane() {
  const say = text(), listed = open.id && checkIn(open.id);
  const pane = (...children) => element("section", { class: "detail", "data-pane": "detail", tabindex: "0", "aria-label": listed ? fill(say.number, listed) : say.list }, ...children.flat());
  if (!told.checkIns) {
    administrators ??= import("/admin.js").then(part => { administrators = part; show(); }, () => { administrators = null; });
    if (!administrators.administration) return pane();
    admin ??= administrators.freshAdministration();
    return pane(...administrators.administration(desk()));
  }
  if (insurance) return pane(...insurancePane(desk()));
  if (!open.id) return pane(element("h1", {}, say.list), element("p", { class: "box" }, say.choose));
  const title = element("h1", {}, listed ? `${fill(say.number, listed)} · ${clock(page.language, listed.openedAt)}` : "");
  if (!listed && !open.ended) return pane(element("h1", {}, say.list), element("p", { class: "box", role: "status" }, say.loading));
  if (open.ended) return pane(title, element("p", { class: "box warn", role: "alert", "data-part": "ended" }, "■ " + fill(say.ended, { state: say.checkIn[open.ended] ?? open.ended })),
    open.word && element("p", {}, say.aside[open.word]));
  const tabs = element("div", { class: "actions tabs", role: "toolbar", "aria-label": fill(say.number, listed) }, Object.entries(say.tabs).map(([tab, name]) =>
    button(`tab-${tab}`, name, () => openTab(tab), { "aria-pressed": String(open.tab === tab) })));
  const sheet = open.sheets.qualification;
  return pane(title, sheet && sheets.heading(say, sheet), identity(listed), tabs, body(listed));
}

function identity(listed) {
  const say = text().identity, isAsked = ["unchecked", "undecided"].includes(listed.identity);
  return element("div", { class: `box ${isAsked ? "warn" : ""}`, "data-part": "identity" }, element("p", {}, `${isAsked ? "▲" : "○"} ${say[listed.identity]}`),
    isAsked && element("p", { class: "actions" }, button("same", say.same, () => compare(true)), button("other", say.other, () => compare(false))));
}

function body(listed) {
  const say = text(), sheet = open.sheets[open.tab];
  const trouble = open.problem && element("div", { class: "box stop", role: "alert", "data-part": "problem" }, element("p", {}, "✕ " + problemText(page.language, open.problem)),
    element("p", {}, button("reload", say.aside.reload, () => open.tab === "qualification" ? openCheckIn(open.id) : load(open.tab))));
  if (open.isLoading && !sheet) return [element("p", { class: "box", role: "status" }, say.loading)];
  if (open.tab === "qualification") return [trouble, open.isForgotten && element("p", { class: "box warn", "data-part": "forgotten" }, "▲ " + say.forgotten),
    sheet && sheets.qualification(say, sheet)].flat().filter(Boolean);
  if (open.tab === "history") return sheet ? historyTable(say, page.language, sheet, open, button, lineProof, show)
    : [trouble, !trouble && element("div", { class: "box" }, element("p", {}, say.openNote),
      element("p", {}, button("load", `${say.tabs.history} · ${say.open}`, () => load("history"), { class: "primary" })))].filter(Boolean);
  if (me.role !== "clinician") return [element("p", { class: "box", "data-part": "forbidden" }, "— " + say.notFor)];
  if (!agreed(listed, open.tab)) return [element("p", { class: "box warn", "data-part": "not-agreed" },
    "▲ " + (listed.items.some(one => one.item === open.tab) ? say.grantEnded : say.notAgreed))];
  if (!sheet) return [trouble, !trouble && element("div", { class: "box" }, element("p", {}, say.openNote),
    element("p", {}, button("load", `${say.tabs[open.tab]} · ${say.open}`, () => load(open.tab), { class: "primary" })))].filter(Boolean);
  const print = [button("print", say.aside.print, () => window.print()), button("paper", open.isLoading ? say.paper.working : say.paper.print, () => paper(false)),
    button("save", say.paper.save, () => paper(true)), trouble];
  if (open.tab === "checkups") return [element("div", { class: "actions" }, print),
    ...sheets.checkups(say, sheet, open.chart, chart => { open.chart = chart; show(); })];
  const hides = element("input", { type: "checkbox", "data-key": "hide-own" });
  hides.checked = open.hidesOwn;
  hides.addEventListener("change", () => { open.hidesOwn = hides.checked; show(); });
  const view = (isGrid, name) => button(isGrid ? "grid" : "by-day", name, () => { open.isGrid = isGrid; show(); }, { "aria-pressed": String(open.isGrid === isGrid) });
  return [element("div", { class: "actions" }, view(false, say.drugs.byDay), view(true, say.drugs.grid),
    element("label", { class: "check" }, hides, say.drugs.hideOwn), print),
  ...sheets.drugs(say, sheet, { isGrid: open.isGrid, own: open.hidesOwn ? page.terminal.institutionCode : null })];
}

function asidePane() {
  const say = text(), listed = open.id && !open.ended && checkIn(open.id);
  return element("aside", { "aria-label": say.aside.readers, tabindex: "0" }, listed && consent(listed),
    ...told.readers.filter(reader => reader.session.readyForStaff).map(visualCheck),
    visual.word && element("p", { class: "box", role: "status" }, visual.word),
    element("section", {}, element("h2", {}, say.aside.readers), ...told.readers.map(reader => readerBox(reader))));
}

function consent(listed) {
  const say = text().aside;
  const asks = (verb, question, yes) => element("div", { class: "box warn", role: "alertdialog", "aria-label": question }, element("p", {}, question),
    element("p", { class: "actions" }, button("yes", yes, () => end(verb)), button("no", say.no, () => { open.asks = null; show(); })));
  return element("section", { class: "box", "data-part": "consent" }, element("h2", {}, say.consent),
    element("p", { class: "countdown", "data-until": listed.until }, left(listed.until)),
    element("p", { class: "note" }, fill(say.until, { time: clock(page.language, listed.until) })),
    element("ul", { class: "chips" }, Object.keys(tabItems).map(item => element("li", { class: `chip ${agreed(listed, item) ? "good" : ""}` }, `${agreed(listed, item) ? "○" : "—"} ${text().tabs[item]}`))),
    ["endingSoon", "inGrace"].includes(listed.certificateLife) && element("p", { class: "box warn", "data-part": "certificate" },
      "▲ " + fill(say[listed.certificateLife === "inGrace" ? "certificateOver" : "certificate"], { time: day(page.language, listed.certificateEnds) })),
    open.asks === "wrongLink" ? element("div", { class: "box warn", role: "alertdialog", "aria-label": text().wrongLink.ask }, element("p", {}, text().wrongLink.ask),
      element("p", { class: "actions" }, button("yes", text().wrongLink.yes, () => compare(false)), button("no", text().wrongLink.no, () => { open.asks = null; show(); })))
      : open.asks === "withdraw" ? asks("withdraw", say.withdrawAsk, say.yes)
      : open.asks === "close" ? asks("close", say.closeAsk, say.closeYes)
        : element("p", { class: "actions" }, button("withdraw", say.withdraw, () => { open.asks = "withdraw"; show(); }),
          button("close", say.close, () => { open.asks = "close"; show(); }),
          button("wrong-link", text().wrongLink.open, () => { open.asks = "wrongLink"; show(); })),
    chartBox(listed));
}

function chartBox(listed) {
  const say = text().chart;
  const input = element("input", { id: "chart", "data-key": "chart", maxlength: 32, autocomplete: "off", value: stays.chartOf === listed.id ? stays.chart : listed.chart ?? "" });
  input.addEventListener("input", () => { [stays.chartOf, stays.chart] = [listed.id, input.value]; });
  return element("div", { "data-part": "chart-number" }, element("label", { for: "chart" }, say.label), input,
    element("p", { class: "actions" }, button("link", say.save, () => { stays.chartOf = null; link(input.value.trim()); }),
      listed.chart && button("unlink", say.unlink, () => { stays.chartOf = null; link(""); })),
    element("p", { class: "note" }, say.hint));
}

function visualCheck(reader) {
  const say = text().visual;
  const reason = element("select", { id: "reason", "data-key": "reason" }, Object.entries(say.reasons).map(([value, name]) =>
    element("option", { value, selected: stays.reason === value ? "" : null }, name)));
  reason.addEventListener("change", () => { stays.reason = reason.value; });
  return element("section", { class: "box warn", "data-part": "visual" }, element("h2", {}, "▲ " + say.title), element("p", {}, say.text),
    ...me.rights.includes("visualCheck") ? [element("label", { for: "reason" }, say.reason), reason,
      button("approve", visual.isSending ? text().loading : say.approve, () => approve(reader, reason.value), { class: "primary" })]
      : [element("p", {}, say.forbidden)]);
}

function readerBox(reader) {
  const say = text();
  return element("div", { class: `box ${reader.present ? "" : "stop"}` }, element("h3", {}, reader.name),
    element("p", {}, reader.present ? say.states[reader.session.state] ?? say.states.other : `✕ ${say.lights.gone}`),
    reader.failure && element("p", {}, "▲ " + problemText(page.language, reader.failure)),
    reader.session.certificateLife && reader.session.certificateLife !== "good" && reader.session.certificateEnds
      && element("p", {}, "▲ " + fill(say.aside.certificate, { time: day(page.language, reader.session.certificateEnds) })),
    reader.pausedUntil && element("p", {}, "▲ " + fill(say.aside.paused, { time: clock(page.language, reader.pausedUntil) })),
    reader.pausedUntil && me.role === "administrator" && button(`end-pause-${reader.name}`, say.aside.endPause, () => endPause(reader)));
}

function left(until) {
  const seconds = Math.max(0, Math.floor((Date.parse(until) - Date.now()) / 1000));
  if (seconds === 0) return text().aside.over;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? fill(text().aside.hours, { hours, minutes })
    : fill(text().aside.minutes, { minutes, seconds: String(seconds % 60).padStart(2, "0") });
}

function show() {
  const screen = document.querySelector("#screen");
  const focused = document.activeElement?.dataset?.key;
  const typed = document.querySelector("#password")?.value;
  const typedCode = document.querySelector("#code")?.value;
  const typedID = document.querySelector("#id")?.value;
  const scrolled = [...document.querySelectorAll(".desk > *")].map(pane => pane.scrollTop);
  if (typedID !== undefined) stays.id = typedID;
  header();
  const name = !me ? "signIn" : page.isLost ? "lost" : told ? "desk" : "loading";
  screen.dataset.screen = name;
  screen.dataset.tab = open.ended ? "ended" : open.id ? open.tab : "";
  document.title = `${name === "signIn" ? text().signIn.title : page.terminal?.institution ?? "Madoguchi"} · Madoguchi`;
  screen.replaceChildren(name === "signIn" ? signInScreen()
    : name === "lost" ? alone(element("h1", {}, "✕ " + text().lost[0]), element("p", { class: "box stop", role: "alert" }, text().lost[1]))
      : name === "loading" ? alone(element("h1", {}, text().loading))
        : element("div", { class: told.checkIns ? "desk" : "desk two" }, told.checkIns && listPane(), detailPane(), asidePane()));
  if (name === "signIn" && typed && !page.isSending) document.querySelector("#password").value = typed;
  if (typedCode && document.querySelector("#code") && !page.isSending) document.querySelector("#code").value = typedCode;
  document.querySelectorAll(".desk > *").forEach((pane, index) => { pane.scrollTop = scrolled[index] ?? 0; });
  const again = focused && document.querySelector(`[data-key="${CSS.escape(focused)}"]`);
  if (again) again.focus();
  else if (name === "signIn") document.querySelector(stays.id ? "#password" : "#id").focus();
}

// What runs out goes at its second, whether or not the terminal has said so yet.
setInterval(() => {
  if (!told) return;
  for (const one of document.querySelectorAll("[data-until]")) one.textContent = left(one.dataset.until);
  const before = [open.ended, Object.keys(open.sheets).length];
  judge();
  if (before[0] !== open.ended || before[1] !== Object.keys(open.sheets).length) show();
}, 1000);

show();
// Whose desk it is, and whether it is simulated, stands on the sign-in too.
try {
  page.terminal ??= await (await fetch("/v1/terminal", { cache: "no-store" })).json();
} catch { /* The stream tells it. */ }
show();
