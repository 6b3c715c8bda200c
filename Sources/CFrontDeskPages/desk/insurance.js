// Checks without a card: by what stands on a certificate, under the modes of failure and disaster, and
// those whose check waits for the clearinghouse.

import { element } from "/stream.js";
import { fill, problemText, clock } from "/words.js";
import * as sheets from "/sheets.js";

/** Nothing typed, nothing found. */
export const freshInsurance = () => ({ draft: {}, found: null, problem: null, waiting: null, isBusy: false, word: null });

/** What was typed, as the terminal takes it; fields left empty are left out. */
const details = draft => Object.fromEntries(["insurerNumber", "symbol", "number", "branch", "birthDate"]
  .map(key => [key, (draft[key] ?? "").trim()]).filter(([, value]) => value !== ""));

async function during(desk, act) {
  const { insurance } = desk;
  if (insurance.isBusy) return;
  Object.assign(insurance, { isBusy: true, problem: null, word: null });
  desk.show();
  try { await act(); } catch (problem) {
    if (desk.isEnded(problem)) return desk.leave("signedOut");
    insurance.problem = problem?.title ? problem : { title: desk.text.lost[0], titleJapanese: desk.text.lost[0] };
  }
  insurance.isBusy = false;
  desk.show();
}

/** Opens the pane: who waits is asked for. */
export const openInsurance = desk => during(desk, async () => {
  desk.insurance.waiting = (await desk.ask("/v1/offline")).offline;
});

/** The pane. */
export function insurancePane(desk) {
  const { text, insurance, button, page } = desk, say = text.insurance, { draft } = insurance;
  const field = (key, name, more = {}) => {
    const input = element("input", { id: `i-${key}`, "data-key": `i-${key}`, autocomplete: "off", value: draft[key] ?? "", ...more });
    input.addEventListener("input", () => { draft[key] = input.value; });
    return element("label", { for: `i-${key}` }, name, input);
  };
  const mode = element("select", { id: "i-mode", "data-key": "i-mode" }, Object.entries(say.modes).map(([value, name]) =>
    element("option", { value, selected: (draft.mode ?? "") === value ? "" : null }, name)));
  mode.addEventListener("change", () => { draft.mode = mode.value; desk.show(); });
  const form = element("form", { class: "form", "data-part": "insurance" },
    element("div", { class: "fields" },
      field("insurerNumber", say.insurerNumber, { required: "", inputmode: "numeric", pattern: "[0-9]{6}|[0-9]{8}", maxlength: 8 }),
      field("symbol", say.symbol, { maxlength: 40 }), field("number", say.number, { required: "", maxlength: 40 }),
      field("branch", say.branch, { inputmode: "numeric", pattern: "[0-9]{2}", maxlength: 2 }),
      field("birthDate", say.birthDate, { required: "", type: "date" })),
    element("label", { for: "i-mode" }, say.mode, mode),
    draft.mode && field("reason", say.reason, { required: "", maxlength: 200 }),
    element("p", { class: "actions" }, element("button", { class: "primary", "data-key": "i-check" }, insurance.isBusy ? text.loading : say.check),
      button("i-wait", say.wait, () => form.reportValidity() && during(desk, async () => {
        insurance.waiting = (await desk.send("/v1/offline", desk.token, { json: { details: details(draft) } })).offline;
        [insurance.draft, insurance.word] = [{}, say.noted];
      }))));
  form.addEventListener("submit", event => {
    event.preventDefault();
    during(desk, async () => {
      insurance.found = null;
      const body = { details: details(draft), ...draft.mode ? { mode: draft.mode, reason: draft.reason ?? "" } : {} };
      insurance.found = (await desk.send("/v1/insurance/check", desk.token, { json: body })).qualification;
    });
  });
  const found = insurance.found && element("section", { class: "detail", "data-part": "found" },
    sheets.heading(text, insurance.found), sheets.qualification(text, insurance.found),
    element("p", {}, button("i-close", say.close, () => { insurance.found = null; desk.show(); })));
  return [element("h1", {}, say.title), element("p", { class: "note" }, say.note),
    insurance.problem && element("p", { class: "box stop", role: "alert", "data-part": "problem" }, "✕ " + problemText(page.language, insurance.problem)),
    insurance.word && element("p", { class: "box", role: "status" }, insurance.word),
    found, form, waitingList(desk)].filter(Boolean);
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
        element("table", {}, element("thead", {}, element("tr", {}, [say.since, say.insurerNumber, say.number, say.birthDate, ""].map(name => element("th", { scope: "col" }, name)))),
          element("tbody", {}, insurance.waiting.map(one => element("tr", {}, element("td", {}, clock(page.language, one.since)),
            element("td", {}, one.details.insurerNumber), element("td", {}, [one.details.symbol, one.details.number, one.details.branch].filter(Boolean).join(" / ")),
            element("td", {}, one.details.birthDate),
            element("td", {}, element("span", { class: "actions" },
              button(`recheck-${one.id}`, say.recheck, () => act(one.id, "check"), { "aria-label": fill(say.recheckOf, one.details) }),
              button(`drop-${one.id}`, say.drop, () => act(one.id, "remove"), { "aria-label": fill(say.dropOf, one.details) })))))))));
}
