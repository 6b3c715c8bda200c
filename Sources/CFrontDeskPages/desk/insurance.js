// Checks without a card: by what stands on a certificate, under the modes of failure and disaster, and
// those whose check waits for the clearinghouse.

import { element } from "/stream.js";
import { fill, problemText, clock } from "/words.js";
import * as sheets from "/sheets.js";

/** Nothing typed, nothing found. */
export const freshInsurance = () => ({ draft: {}, found: null, problem: null, waiting: null, isBusy: false, word: null, batch: null, results: null });

/** What was typed, as the terminal takes it; fields left empty are left out. */
const details = draft => Object.fromEntries(["insurerNumber", "symbol", "number", "branch", "birthDate"]
  .map(key => [key, (draft[key] ?? "").trim()]).filter(([, value]) => value !== ""));

/** Does one thing at a time; what is only looked at waits for nothing. */
async function during(desk, act, isLook = false) {
  const { insurance } = desk;
  if (insurance.isBusy && !isLook) return;
  Object.assign(insurance, { isBusy: !isLook, problem: null, word: null });
  desk.show();
  try { await act(); } catch (problem) {
    if (desk.isEnded(problem)) return desk.leave("signedOut");
    insurance.problem = problem?.title ? problem : { title: desk.text.lost[0], titleJapanese: desk.text.lost[0] };
  }
  if (!isLook) insurance.isBusy = false;
  desk.show();
  // What was asked for stands where it is seen.
  if (!isLook) document.querySelector(insurance.problem ? "[data-part=problem]" : insurance.results ? "[data-part=results]" : "[data-part=found]")
    ?.scrollIntoView({ block: "nearest" });
}

/** Opens the pane: who waits is asked for. */
export const openInsurance = desk => during(desk, async () => {
  desk.insurance.waiting = (await desk.ask("/v1/offline")).offline;
  // Without the line nobody knows how far a batch is; the rest of the pane works.
  try { desk.insurance.batch = (await desk.ask("/v1/batch")).batch ?? null; } catch { return; }
  follow(desk);
}, true);

/** Asks how far the batch is, every two seconds, for as long as the pane stands. */
function follow(desk) {
  const { insurance } = desk;
  if (!insurance.batch || insurance.batch.isBrokenOff || insurance.batch.done === insurance.batch.count) return;
  setTimeout(async () => {
    if (!document.querySelector("[data-part=batch]") || desk.insuranceNow() !== insurance) return;
    try { insurance.batch = (await desk.ask("/v1/batch")).batch ?? null; } catch { return; }
    desk.show();
    follow(desk);
  }, 2000);
}

/** `booking,insurer,symbol,number,branch,birth date`, a line each. */
const bookings = text => text.split("\n").map(line => line.trim()).filter(line => line !== "").map(line => {
  const [id, insurerNumber, symbol, number, branch, birthDate] = line.split(",").map(part => part.trim());
  return { id: id ?? "", details: details({ insurerNumber, symbol, number, branch, birthDate }) };
});

/** The pane. */
export function insurancePane(desk) {
  const { text, insurance, button, page } = desk, say = text.insurance, { draft } = insurance;
  const field = (key, name, more = {}) => {
    const input = element("input", { id: `i-${key}`, "data-key": `i-${key}`, autocomplete: "off", value: draft[key] ?? "", ...more });
    input.addEventListener("input", () => { draft[key] = input.value; });
    return element("label", { for: `i-${key}` }, name, input);
  };
  const select = (key, name, options) => {
    const made = element("select", { id: `i-${key}`, "data-key": `i-${key}` }, options.map(([value, word]) =>
      element("option", { value, selected: (draft[key] ?? options[0][0]) === value ? "" : null }, word)));
    made.addEventListener("change", () => { draft[key] = made.value; desk.show(); });
    return element("label", { for: `i-${key}` }, name, made);
  };
  // Under a mode: four items; in a disaster consent by word of mouth.
  const { mode } = desk.told, isNamed = mode && (draft.by ?? "four") === "four", hears = mode?.kind === "disaster";
  const kinds = Object.entries(text.mode.consents).filter(([kind]) => kind !== "unobtainable" || desk.me.role === "clinician");
  const form = element("form", { class: "form", "data-part": "insurance" },
    mode && element("p", { class: "box warn", "data-part": "mode" }, "▲ " + fill(text.mode.on, { name: text.mode.names[mode.kind], ...mode })),
    mode && select("by", say.mode, Object.entries(text.mode.by)),
    isNamed ? element("div", { class: "fields" },
      field("name", text.mode.name, { required: "", maxlength: 80 }), field("birthDate", say.birthDate, { required: "", type: "date" }),
      select("sex", text.sex, Object.entries(text.mode.sexes)), field("address", text.mode.address, { maxlength: 80 }))
    : element("div", { class: "fields" },
      field("insurerNumber", say.insurerNumber, { required: "", inputmode: "numeric", pattern: "[0-9]{6}|[0-9]{8}", maxlength: 8 }),
      field("symbol", say.symbol, { maxlength: 40 }), field("number", say.number, { required: "", maxlength: 40 }),
      field("branch", say.branch, { inputmode: "numeric", pattern: "[0-9]{2}", maxlength: 2 }),
      field("birthDate", say.birthDate, { required: "", type: "date" })),
    mode && field("reason", say.reason, { required: "", maxlength: 100 }),
    hears && select("consent", text.mode.consent, kinds),
    element("p", { class: "actions" }, element("button", { class: "primary", "data-key": "i-check" }, insurance.isBusy ? text.loading : say.check),
      !isNamed && button("i-wait", say.wait, () => form.reportValidity() && during(desk, async () => {
        insurance.waiting = (await desk.send("/v1/offline", desk.token, { json: { details: details(draft) } })).offline;
        [insurance.draft, insurance.word] = [{}, say.noted];
      }))));
  form.addEventListener("submit", event => {
    event.preventDefault();
    during(desk, async () => {
      insurance.found = null;
      if (!mode) {
        insurance.found = (await desk.send("/v1/insurance/check", desk.token, { json: { details: details(draft) } })).qualification;
        return;
      }
      const subject = isNamed ? { fourItems: { name: draft.name.trim(), birthDate: draft.birthDate, sex: draft.sex ?? "3", ...(draft.address ?? "").trim() ? { address: draft.address.trim() } : {} } } : { details: details(draft) };
      const consent = hears && draft.consent ? { consent: { kind: draft.consent, items: ["drugs", "checkups"] } } : {};
      const told = await desk.send("/v1/emergency/check", desk.token, { json: { mode: mode.kind, reason: draft.reason, ...subject, ...consent } });
      insurance.draft = { by: draft.by, reason: draft.reason };
      if (told.checkIn) desk.openCheckIn(told.checkIn); else insurance.found = told.qualification;
    });
  });
  const found = insurance.found && element("section", { class: "detail", "data-part": "found" },
    sheets.heading(text, insurance.found), sheets.qualification(text, insurance.found),
    element("p", {}, button("i-close", say.close, () => { insurance.found = null; desk.show(); })));
  return [element("h1", {}, say.title), !desk.told.mode && element("p", { class: "note" }, say.note),
    insurance.problem && element("p", { class: "box stop", role: "alert", "data-part": "problem" }, "✕ " + problemText(page.language, insurance.problem)),
    insurance.word && element("p", { class: "box", role: "status" }, insurance.word),
    found, form, waitingList(desk), batchPart(desk)].filter(Boolean);
}

function batchPart(desk) {
  const { text, insurance, button } = desk, say = text.batch, { batch, results, draft } = insurance;
  const lines = element("textarea", { id: "bookings", "data-key": "bookings", rows: 4, required: "" });
  lines.value = draft.bookings ?? "";
  lines.addEventListener("input", () => { draft.bookings = lines.value; });
  const form = element("form", { class: "form" }, element("label", { for: "bookings" }, say.lines, lines),
    element("p", {}, element("button", { "data-key": "batch-send" }, say.send)));
  form.addEventListener("submit", event => {
    event.preventDefault();
    during(desk, async () => {
      insurance.results = null;
      insurance.batch = (await desk.send("/v1/batch", desk.token, { json: { bookings: bookings(draft.bookings) } })).batch;
      draft.bookings = "";
      follow(desk);
    });
  });
  const word = one => one.qualification ? one.qualification.entitlements.map(each => each.name).join(" ") : "—";
  return element("section", { class: "form", "data-part": "batch" }, element("h2", {}, say.title), element("p", { class: "note" }, say.note),
    batch?.isBrokenOff && element("p", { class: "box stop", role: "alert", "data-part": "broken-off" }, "✕ " + say.brokenOff),
    batch && !batch.isBrokenOff && element("p", { "data-part": "progress" }, `${fill(say.progress, batch)} `, element("progress", { max: batch.count, value: batch.done, "aria-label": fill(say.progress, batch) })),
    batch && !batch.isBrokenOff && batch.done === batch.count && !results && element("p", {}, button("batch-results", say.show, () => during(desk, async () => {
      insurance.results = (await desk.ask("/v1/batch/results")).results;
    }), { class: "primary" })),
    results && element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": say.title },
      element("table", { "data-part": "results" }, element("thead", {}, element("tr", {}, say.heads.map(name => element("th", { scope: "col" }, name)))),
        element("tbody", {}, results.map(one => element("tr", {}, element("td", {}, one.id), element("td", { lang: "ja" }, word(one)),
          element("td", { lang: "ja", class: one.qualification?.isValid ? null : "high" }, one.qualification ? `${one.qualification.isValid ? "○" : "✕"} ${one.qualification.validityText}` : `▲ ${one.message ?? say.failed}`)))))),
    form);
}

function waitingList(desk) {
  const { text, insurance, button, page } = desk, say = text.insurance;
  if (!insurance.waiting) return null;
  const act = (id, verb) => during(desk, async () => {
    const told = await desk.send(`/v1/offline/${id}/${verb}`, desk.token, {});
    insurance.waiting = told.offline;
    if (told.qualification) insurance.found = told.qualification;
  });
  return element("section", { class: "form", "data-part": "offline" }, element("h2", {}, say.waiting),
    element("p", { class: "note" }, say.waitingNote),
    insurance.waiting.length === 0 ? element("p", { class: "box" }, say.nobody)
      : element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": say.waiting },
        element("table", {}, element("thead", {}, element("tr", {}, [say.since, say.insurerNumber, say.number, say.birthDate].map(name => element("th", { scope: "col" }, name)), element("td"))),
          element("tbody", {}, insurance.waiting.map(one => element("tr", {}, element("td", {}, clock(page.language, one.since)),
            element("td", {}, one.details.insurerNumber), element("td", {}, [one.details.symbol, one.details.number, one.details.branch].filter(Boolean).join(" / ")),
            element("td", {}, one.details.birthDate),
            element("td", {}, element("span", { class: "actions" },
              button(`recheck-${one.id}`, say.recheck, () => act(one.id, "check"), { "aria-label": fill(say.recheckOf, one.details) }),
              button(`drop-${one.id}`, say.drop, () => act(one.id, "remove"), { "aria-label": fill(say.dropOf, one.details) })))))))));
}
