// わたしの情報: what patients see of their own. Values in, elements out; what was answered lives in
// `own`, and goes with the card.

import { element } from "/stream.js";
import { fill, plain, ruby } from "/words.js";
import * as sheets from "/sheets.js";

/** A look that begins, at the card session that stands. */
export const freshOwn = (session, now) => ({
  stage: "pin", session: session.session, tries: session.triesLeft ?? 3, token: null,
  tab: "qualification", sheets: {}, periods: {}, hidden: {}, chart: null, isElderly: false,
  touched: now, version: 0,
});

const papers = ["drugs", "checkups", "expenses"];
const received = (name, attributes, ...children) => element(name, { lang: "ja", ...attributes }, ...children);

/** The tabs, and under them the one that is open; `does` acts. */
export function ownView(page, own, text, does) {
  const say = text.own, sheet = own.sheets[own.tab];
  const button = (key, name, run, more = {}) =>
    element("button", { type: "button", "data-key": key, onclick: run, ...more }, ruby(name));
  const tabs = element("div", { class: "tabs", role: "toolbar", "aria-label": plain(say.title) },
    Object.entries(say.tabs).map(([tab, name], index) => element("button", {
      type: "button", "data-key": `tab-${tab}`, "aria-pressed": String(own.tab === tab), onclick: () => does("ownTab", tab),
    }, element("span", { class: "number", "aria-hidden": "true" }, String(index + 1)), element("span", {}, ruby(name)))));
  const body = !sheet ? [element("p", { class: "box", role: "status" }, ruby(say.loading))]
    : [views[own.tab](page, own, text, sheet, does, button)].flat(Infinity).filter(Boolean);
  const paper = sheet && papers.includes(own.tab) && button("paper", say.paper, () => does("ownPaper"));
  // The paper stands with the other tools, where there are any.
  const tools = body.find(one => one.classList.contains("tools"));
  if (paper && tools) tools.append(paper);
  return element("div", { class: "own", "data-tab": own.tab }, tabs,
    paper && !tools && element("p", { class: "tools" }, paper), ...body,
    element("p", { class: "note" }, ruby(say.scroll)));
}

const views = {
  qualification: (page, own, text, sheet) =>
    [...sheets.heading(readable(text.sheet), sheet), ...sheets.qualification(readable(text.sheet), sheet)],
  drugs: (page, own, text, sheet, does, button) => [
    period(own, text, does, button),
    sheet.copaymentYen !== undefined && element("p", { class: "box" }, ruby(fill(text.own.copaymentTotal, { yen: yen(sheet.copaymentYen) }))),
    sheet.savingYen !== undefined && element("p", { class: "box" }, ruby(fill(text.own.savingTotal, { yen: yen(sheet.savingYen) }))),
    ...sheets.drugs(text.sheet, sheet, { isGrid: false, own: null, amounts: [text.own.copayment, text.own.saving] }),
  ],
  checkups: checkups,
  expenses: (page, own, text, sheet, does, button) => [period(own, text, does, button), ...expenses(text.own, sheet)],
  disclosures: (page, own, text, lines) => disclosures(page, text.own, lines),
  notices: (page, own, text, notices) => notices.length === 0
    ? [element("p", { class: "box" }, ruby(text.own.noNotices))]
    : [element("ul", { class: "plain" }, notices.map(one => element("li", { class: "box" },
      element("p", { class: "note" }, one.time ? moment(page.language, one.time) : one.date),
      element("p", { lang: page.language }, page.language === "ja" ? one.textJapanese : one.text),
      one.reason && received("p", {}, one.reason))))],
};

/** Texts of sheets without readings: tables have no room for them. */
const readable = text => ({ ...text, confirmedOn: plain(text.confirmedOn), unknownCharacter: plain(text.unknownCharacter) });
const yen = number => number.toLocaleString("ja-JP");
const moment = (language, time) => new Intl.DateTimeFormat(language === "ja" ? "ja-JP" : "en-GB", {
  year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", timeZone: "Asia/Tokyo",
}).format(new Date(time));

// MARK: Months

const step = (month, by) => {
  const [year, number] = month.split("-").map(Number), whole = year * 12 + number - 1 + by;
  return `${Math.floor(whole / 12)}-${String(whole % 12 + 1).padStart(2, "0")}`;
};

/** From which month to which: stepped by large buttons, asked for by one. */
function period(own, text, does, button) {
  const months = own.periods[own.tab];
  if (!months) return undefined;
  const change = (end, by) => () => does("ownChange", own => {
    const mine = own.periods[own.tab], next = step(mine[end], by);
    const isInside = next >= mine.first && next <= mine.last;
    if (isInside && (end === "from" ? next <= mine.to : next >= mine.from)) mine[end] = next;
  });
  const stepper = (end, name) => element("div", { class: "stepper", role: "group", "aria-label": plain(name) },
    element("span", {}, ruby(name)),
    element("button", { type: "button", "data-key": `${end}-earlier`, "aria-label": `${plain(name)} ${plain(text.own.earlier)}`, onclick: change(end, -1) }, "◀"),
    element("span", { class: "value" }, months[end]),
    element("button", { type: "button", "data-key": `${end}-later`, "aria-label": `${plain(name)} ${plain(text.own.later)}`, onclick: change(end, 1) }, "▶"));
  return element("div", { class: "tools", "data-part": "period" }, stepper("from", text.own.from), stepper("to", text.own.to),
    button("period", text.own.showPeriod, () => does("ownPeriod")));
}

// MARK: 健診

/** Which dates stand side by side is the patient's choice; three at first. */
function checkups(page, own, text, sheet, does, button) {
  const hidden = own.hidden.dates ??= new Set(sheet.dates.slice(3));
  const shows = index => !hidden.has(sheet.dates[index]);
  const kept = {
    ...sheet, dates: sheet.dates.filter((_, index) => shows(index)),
    programmes: sheet.programmes.filter((_, index) => shows(index)),
    rows: sheet.rows.map(row => ({ ...row, cells: row.cells.filter((_, index) => shows(index)) })),
  };
  own.isElderly = sheet.programmes.length > 0 && sheet.programmes.every(name => name.includes("後期高齢者"));
  const flip = date => () => does("ownChange", own => {
    if (!own.hidden.dates.delete(date) && own.hidden.dates.size < sheet.dates.length - 1) own.hidden.dates.add(date);
  });
  return [
    sheet.dates.length > 1 && element("div", { class: "tools", role: "group", "aria-label": plain(text.own.dates) },
      element("span", {}, ruby(text.own.dates)),
      sheet.dates.map((date, index) => button(`date-${date}`, date, flip(date), { "aria-pressed": String(shows(index)) }))),
    ...sheets.checkups(text.sheet, kept, own.chart, chart => does("ownChange", own => { own.chart = chart; })),
  ];
}

// MARK: 医療費

function expenses(say, sheet) {
  const kinds = Object.entries(say.amounts);
  const amounts = all => kinds.map(([kind]) => element("td", { class: "number" }, yen(all[kind])));
  const table = (name, first, rows) => element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": plain(name) },
    element("table", {}, element("caption", {}, ruby(name)),
      element("thead", {}, element("tr", {}, [first, ...kinds.map(([, name]) => name)].map(name => element("th", { scope: "col" }, name)))),
      element("tbody", {}, rows.map(([label, all]) => element("tr", {}, element("th", { scope: "row" }, label), amounts(all))))));
  if (sheet.rows.length === 0) return [element("p", { class: "box" }, ruby(say.noExpenses))];
  return [
    table(say.total, say.period, [[`${sheet.from} ～ ${sheet.to}`, sheet.total]]),
    table(say.years, say.period, sheet.years.map(one => [`${one.from} ～ ${one.to}`, one.amounts])),
    table(say.months, say.month, sheet.months.map(one => [one.month, one.amounts])),
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": plain(say.rows) },
      element("table", {}, element("caption", {}, ruby(say.rows)),
        element("thead", {}, element("tr", {}, say.rowHeads.map(name => element("th", { scope: "col" }, name)))),
        received("tbody", {}, [...sheet.rows].reverse().map(row => element("tr", {},
          element("th", { scope: "row" }, row.month), element("td", {}, row.kind), element("td", { class: "number" }, String(row.count)),
          element("td", {}, row.institution), element("td", { class: "number" }, (row.isMeal ? "* " : "") + yen(row.amounts.total)),
          element("td", { class: "number" }, yen(row.amounts.patient))))))),
  ];
}

// MARK: 見た人

function disclosures(page, say, lines) {
  if (lines.length === 0) return [element("p", { class: "box" }, ruby(say.noDisclosures))];
  const what = one => [say.requests[one.request] ?? one.request,
    one.refusedBecause && say.refused].filter(Boolean).join(" ");
  return [element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": plain(say.tabs.disclosures) },
    element("table", {}, element("thead", {}, element("tr", {}, [say.when, say.who, say.what, say.how].map(name => element("th", { scope: "col" }, name)))),
      element("tbody", {}, lines.map(one => element("tr", {},
        element("th", { scope: "row" }, moment(page.language, one.time)), element("td", {}, !one.institution ? say.self : one.institution === page.terminal.institutionCode ? page.terminal.institution : one.institution),
        element("td", {}, what(one)), element("td", {}, say.wayNames[one.way ?? "none"] ?? one.way))))))];
}
