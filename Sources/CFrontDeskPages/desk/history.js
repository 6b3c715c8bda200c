// The access history as the desk shows it: of one patient, or as a reviewer asks for it.

import { element } from "/stream.js";
import { problemText } from "/words.js";

const moment = (language, time) => new Intl.DateTimeFormat(language === "ja" ? "ja-JP" : "en-GB", {
  year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: "Asia/Tokyo",
}).format(new Date(time));

/** Who did it, as people say it. */
function who(say, event) {
  if (event.actor.role in say.history.patientsSide) return say.history.patientsSide[event.actor.role];
  if (event.actor.role === "system") return say.history.system;
  return `${event.actor.id} (${say.roles[event.actor.role] ?? event.actor.role})`;
}

/** Entries as a table, newest first; `cell` makes an entry's last cell from its number. */
export function lines(say, language, entries, head = "#", cell = String) {
  const heads = [say.history.when, say.history.who, say.history.what, say.history.item, say.history.result, head];
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": say.history.caption },
    element("table", {}, element("caption", {}, say.history.caption),
      element("thead", {}, element("tr", {}, heads.map(name => element("th", { scope: "col" }, name)))),
      element("tbody", {}, [...entries].sort((a, b) => b.index - a.index).map(({ index, event }) => element("tr", {},
        element("td", {}, moment(language, event.time)), element("td", {}, who(say, event)),
        element("td", {}, say.history.kinds[event.kind] ?? event.kind),
        element("td", {}, say.history.items[event.item] ?? event.item ?? "—"),
        element("td", {}, [say.history.outcomes[event.outcome] ?? event.outcome, event.reason, event.note].filter(Boolean).join(" · ") || "—"),
        element("td", {}, cell(index)))))));
}

/** One patient's: each line with its proof. */
export function historyTable(say, language, sheet, open, button, lineProof, show) {
  const proof = open.proof;
  return [
    element("p", { class: "note" }, say.history.note),
    open.problem && element("p", { class: "box stop", role: "alert" }, problemText(language, open.problem)),
    proof && element("div", { class: "box", "data-part": "proof" }, element("h2", {}, `${say.history.proof} ${proof.index}`),
      element("pre", { tabindex: "0", "aria-label": say.history.proof }, proof.proof), element("p", { class: "note" }, `${proof.key}`),
      element("p", {}, button("close-proof", say.history.closeProof, () => { open.proof = null; show(); }))),
    sheet.entries.length === 0 ? element("p", { class: "box" }, say.history.none)
      : lines(say, language, sheet.entries, say.history.proof, index => button(`proof-${index}`, `${index} ${say.history.showProof}`, () => lineProof(index))),
  ].filter(Boolean);
}
