// What administrators see and do: readers, lockouts, staff, where the history is kept, reviewing it.
// No patient data but in what a reviewer opens, which is in the history first.

import { element } from "/stream.js";
import { fill, problemText, clock } from "/words.js";
import { lines } from "/history.js";

/** Nothing opened yet. */
export const freshAdministration = () => ({
  tab: "readers", staff: null, lockouts: null, store: null, review: null, days: null, openings: null, asks: null,
  secret: null, problem: null, isBusy: false, filters: {}, draft: {},
});

const received = (name, attributes, ...children) => element(name, { lang: "ja", ...attributes }, ...children);
const table = (name, heads, rows) => element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name },
  element("table", {}, element("caption", {}, name),
    element("thead", {}, element("tr", {}, heads.map(head => head === "" ? element("td") : element("th", { scope: "col" }, head)))),
    element("tbody", {}, rows.map(row => element("tr", {}, row.map(cell => element("td", {}, cell)))))));

/** The administrator's pane. `desk` is what the page has and does. */
export function administration(desk) {
  const { text, admin, button } = desk, say = text.admin;
  const tabs = element("div", { class: "actions tabs", role: "toolbar", "aria-label": say.title },
    Object.entries(say.tabs).map(([tab, name]) => button(`admin-${tab}`, name, () => go(desk, tab), { "aria-pressed": String(admin.tab === tab) })));
  return [element("h1", {}, say.title), element("p", { class: "note" }, text.administrator), tabs,
    admin.problem && element("p", { class: "box stop", role: "alert", "data-part": "problem" }, "✕ " + problemText(desk.page.language, admin.problem)),
    ...panes[admin.tab](desk).flat().filter(Boolean)].filter(Boolean);
}

const loads = {
  staff: desk => desk.ask("/v1/staff").then(told => { desk.admin.staff = told.staff; }),
  lockouts: desk => desk.ask("/v1/lockouts").then(told => { desk.admin.lockouts = told.lockouts; }),
  store: desk => desk.ask("/v1/status").then(told => { desk.admin.store = told; }),
  readers: async () => {}, modes: async () => {}, review: async desk => { desk.admin.openings = null; },
};

/** Does one thing at a time; what is only looked at waits for nothing. */
async function during(desk, act, isLook = false) {
  const { admin } = desk;
  if (admin.isBusy && !isLook) return;
  [admin.isBusy, admin.problem] = [true, null];
  try { await act(); } catch (problem) {
    if (desk.isEnded(problem)) return desk.leave("signedOut");
    admin.problem = problem?.title ? problem : { title: desk.text.lost[0], titleJapanese: desk.text.lost[0] };
  }
  admin.isBusy = false;
  desk.show();
  // What is to be read or answered now stands above what was pressed.
  if (admin.secret || admin.problem) document.querySelector("[data-part=secret], [data-part=problem]")?.scrollIntoView();
}

function go(desk, tab) {
  Object.assign(desk.admin, { tab, problem: null, asks: null, secret: null });
  desk.show();
  during(desk, () => loads[tab](desk), true);
}

const named = (id, more = {}) => ({ headers: { "Madoguchi-Staff": encodeURIComponent(id), ...more } });

const panes = {
  readers({ text, told, page }) {
    const say = text.admin;
    if (told.readers.length === 0) return [element("p", { class: "box" }, say.noReaders)];
    return [table(say.tabs.readers, [say.reader, say.state, say.pause], told.readers.map(reader => [reader.name,
      reader.present ? text.states[reader.session.state] ?? text.states.other : `✕ ${text.lights.gone}`,
      reader.pausedUntil ? fill(say.until, { time: clock(page.language, reader.pausedUntil) }) : "—"]))];
  },

  lockouts(desk) {
    const { text, admin, page, button } = desk, say = text.admin;
    if (!admin.lockouts) return [element("p", { class: "box", role: "status" }, text.loading)];
    if (admin.lockouts.length === 0) return [element("p", { class: "box" }, say.noLockouts)];
    return [table(say.tabs.lockouts, [say.account, say.pause, ""], admin.lockouts.map(one => [one.id,
      fill(say.until, { time: clock(page.language, one.until) }),
      button(`end-lockout-${one.id}`, say.endLockout, () => during(desk, async () => {
        await desk.send("/v1/lockouts/end", desk.token, named(one.id));
        await loads.lockouts(desk);
      }))]))];
  },

  staff(desk) {
    const { text, admin, button, me } = desk, say = text.admin.staff;
    if (!admin.staff) return [element("p", { class: "box", role: "status" }, text.loading)];
    const change = (path, id, more) => during(desk, async () => {
      const told = await desk.send(path, desk.token, named(id, more));
      Object.assign(admin, { staff: told.staff, asks: null, secret: told.secret ? told : null });
    });
    const asks = admin.asks && element("div", { class: "box warn", role: "alertdialog", "aria-label": fill(say.removeAsk, { id: admin.asks }) },
      element("p", {}, fill(say.removeAsk, { id: admin.asks })),
      element("p", { class: "actions" }, button("yes", say.yes, () => change("/v1/staff/remove", admin.asks)),
        button("no", say.no, () => { admin.asks = null; desk.show(); })));
    const secret = admin.secret && element("div", { class: "box warn", role: "alert", "data-part": "secret" },
      element("p", {}, fill(say.secret, { id: admin.secret.id })), element("p", { class: "countdown" }, admin.secret.secret.match(/.{1,4}/g).join(" ")),
      element("p", { class: "note wraps" }, admin.secret.address), element("p", {}, button("secret-done", say.done, () => { admin.secret = null; desk.show(); })));
    return [asks, secret, table(text.admin.tabs.staff, [say.id, say.role, say.rights, say.password, say.secondFactor, ""], admin.staff.map(one => [
      one.id, text.roles[one.role], one.rights.includes("visualCheck") ? say.visualCheck : "—", one.password ? say.set : say.unset, one.secondFactor ? say.set : say.unset,
      element("span", { class: "actions" },
        button(`factor-${one.id}`, one.secondFactor ? say.turnOff : say.turnOn, () => change("/v1/staff/second-factor", one.id, { "Madoguchi-Second-Factor": one.secondFactor ? "off" : "on" }), { "aria-label": `${one.id}: ${one.secondFactor ? say.turnOff : say.turnOn}` }),
        one.id !== me.id && button(`remove-${one.id}`, say.remove, () => {
          admin.asks = one.id;
          desk.show();
          document.querySelector("[role=alertdialog] button")?.focus();
        }, { "aria-label": `${one.id}: ${say.remove}` }))])),
    staffForm(desk)];
  },

  store(desk) {
    const { text, admin } = desk, say = text.admin.store, told = admin.store;
    if (!told) return [element("p", { class: "box", role: "status" }, text.loading)];
    const witnesses = told.historyWitnesses;
    const rows = [[say.institution, told.institution], [say.terminal, told.terminal], [say.version, told.version], [say.open, told.openCheckIns],
      [say.origin, told.historyOrigin], [say.entries, told.historyEntries],
      ...witnesses ? [[say.witnesses, `${witnesses.quorum} / ${witnesses.witnesses}`], [say.cosigned, witnesses.cosignedEntries], [say.uncosigned, witnesses.uncosignedEntries]] : []];
    return [element("dl", { "data-part": "store" }, rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, String(value))])),
      !witnesses && element("p", { class: "box warn" }, "▲ " + say.none),
      witnesses && Object.keys(witnesses.troubles).length > 0 && element("div", { class: "box warn" }, element("h2", {}, "▲ " + say.troubles),
        element("ul", {}, Object.entries(witnesses.troubles).map(([name, trouble]) => element("li", {}, `${name}: ${trouble}`))))];
  },

  modes(desk) {
    const { text, admin, told: { mode }, page, button } = desk, say = text.mode, { draft } = admin;
    const turn = json => during(desk, async () => {
      desk.told.mode = (await desk.send("/v1/emergency/mode", desk.token, { json })).mode;
      draft["mode-reason"] = "";
    });
    return [element("p", { class: "note" }, say.note),
      mode ? element("div", { class: "box warn", "data-part": "mode" },
        element("p", {}, "▲ " + fill(say.on, { name: say.names[mode.kind], ...mode })),
        element("p", {}, fill(say.since, { staff: mode.staff, time: clock(page.language, mode.since) })),
        element("p", {}, button("mode-off", say.off, () => turn({}))))
        : form("mode-on", say.turnOn, () => turn({ mode: draft.mode ?? "systemFailure", reason: draft["mode-reason"].trim() }),
          choice(draft, "mode", text.admin.tabs.modes, Object.entries(say.names)),
          field(draft, "mode-reason", say.reason, { required: "", maxlength: 100 }))];
  },

  review(desk) {
    const { text, admin, page } = desk, say = text.admin.review;
    const days = admin.days?.length > 0 && table(say.days,
      [say.day, say.checkIns, say.disclosures, say.failedProofs, say.ownViews, say.historyReads, say.administratorActs, say.entries],
      [...admin.days].reverse().map(day => [day.day, day.checkIns, Object.values(day.disclosures).reduce((sum, count) => sum + count, 0),
        day.failedProofs, day.ownViews, day.historyReads, day.administratorActs, day.entries].map(String)));
    return [openings(desk), reviewForm(desk), days, admin.review && (admin.review.length === 0 ? element("p", { class: "box" }, say.none)
      : [element("p", { class: "note" }, say.lines), lines(text, page.language, admin.review)])];
  },
};

/** A field that keeps what was typed over redraws. */
function field(draft, key, name, attributes = {}) {
  const input = element("input", { id: key, "data-key": key, autocomplete: "off", ...attributes, value: attributes.type === "password" ? null : draft[key] ?? "" });
  if (attributes.type === "password") input.value = draft[key] ?? "";
  input.addEventListener("input", () => { draft[key] = input.value; });
  return element("label", { for: key }, name, input);
}

function choice(draft, key, name, options) {
  const select = element("select", { id: key, "data-key": key }, options.map(([value, word]) =>
    element("option", { value, selected: (draft[key] ?? options[0][0]) === value ? "" : null }, word)));
  select.addEventListener("change", () => { draft[key] = select.value; });
  return element("label", { for: key }, name, select);
}

function form(key, name, submit, ...children) {
  const made = element("form", { class: "form", "data-part": key }, ...children,
    element("p", {}, element("button", { class: "primary", "data-key": key }, name)));
  made.addEventListener("submit", event => { event.preventDefault(); submit(); });
  return made;
}

function staffForm(desk) {
  const { text, admin } = desk, say = text.admin.staff, { draft } = admin;
  const sight = element("input", { type: "checkbox", "data-key": "staff-sight" });
  sight.checked = draft.sight ?? false;
  sight.addEventListener("change", () => { draft.sight = sight.checked; });
  return form("staff-save", say.save, () => during(desk, async () => {
    const octets = new TextEncoder().encode(draft["staff-password"] ?? "");
    draft["staff-password"] = "";
    const query = `role=${draft["staff-role"] ?? "reception"}&visual-check=${draft.sight ? 1 : 0}`;
    try {
      admin.staff = (await desk.send(`/v1/staff?${query}`, desk.token, { octets, ...named(draft["staff-id"] ?? "") })).staff;
      admin.draft = {};
    } finally { octets.fill(0); }
  }), element("h2", {}, say.add), field(draft, "staff-id", say.id, { required: "", maxlength: 64 }),
  choice(draft, "staff-role", say.role, Object.entries(text.roles)),
  field(draft, "staff-password", say.newPassword, { type: "password", required: "", autocomplete: "new-password" }),
  element("label", { class: "check" }, sight, say.visualCheck));
}

/** The openings that a reviewer has to look at, and the word that it was done. */
function openings(desk) {
  const { text, admin, page, button } = desk, say = text.admin.review, { openings: told, draft } = admin;
  const look = async () => { admin.openings = await desk.ask("/v1/history/review"); };
  const part = (...children) => element("section", { class: "form", "data-part": "openings" }, element("h2", {}, say.openings), element("p", { class: "note" }, say.openingsNote), ...children);
  if (!told) return part(element("p", {}, button("openings-show", say.openingsShow, () => during(desk, look))));
  const why = new Map(told.openings.map(one => [one.index, one.reasons.map(reason => say.reasons[reason] ?? reason).join(" · ")]));
  return part(told.signedOffBy && element("p", { "data-part": "signed-off" }, fill(say.signedOff, { by: told.signedOffBy, entry: told.signedOffThrough })),
    !told.knowsBookings && element("p", { class: "note" }, say.noBookings), told.cut && element("p", { class: "box warn" }, "▲ " + say.cut),
    told.openings.length === 0 ? element("p", { class: "box" }, say.nothing) : [
      lines(text, page.language, told.openings, say.reason, index => why.get(index)),
      form("sign-off", fill(say.signOff, { count: told.openings.length }), () => during(desk, async () => {
        await desk.send("/v1/history/review", desk.token, { json: { through: told.through, openings: told.openings.length, ...(draft.remark ? { remark: draft.remark } : {}) } });
        draft.remark = "";
        await look();
      }), field(draft, "remark", say.remark, { maxlength: 300 }))]);
}

function reviewForm(desk) {
  const { text, admin } = desk, say = text.admin.review, { filters } = admin;
  return form("review-show", say.show, () => during(desk, async () => {
    const query = new URLSearchParams();
    for (const [key, name] of [["review-actor", "actor"], ["review-patient", "patient"], ["review-item", "item"]])
      if (filters[key]) query.set(name, filters[key]);
    // Days are Japan's; the last one counts whole.
    if (filters["review-from"]) query.set("from", new Date(`${filters["review-from"]}T00:00:00+09:00`).toISOString());
    if (filters["review-to"]) query.set("until", new Date(Date.parse(`${filters["review-to"]}T00:00:00+09:00`) + 86_400_000).toISOString());
    admin.days = (await desk.ask(`/v1/history/statistics?${query}`)).days;
    admin.review = (await desk.ask(`/v1/history/entries?${query}`)).entries;
  }), element("p", { class: "note" }, say.note),
  element("div", { class: "fields" }, field(filters, "review-from", say.from, { type: "date" }), field(filters, "review-to", say.to, { type: "date" }),
    field(filters, "review-actor", say.actor), field(filters, "review-patient", say.patient),
    choice(filters, "review-item", say.item, [["", say.any], ...Object.entries(text.history.items)])));
}
