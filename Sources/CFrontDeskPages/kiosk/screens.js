// Which screen stands, told by what the terminal told and by what the patient has done here: pure.

import { words, fill, plain } from "/words.js";

/** What the patient has done in this card session. */
export const freshSteps = () => ({
  way: null, consents: {}, item: 0, isChosen: false, lastTry: null, wantsLastTry: false,
  digits: 0, notice: null, ending: null, isSending: false, own: null,
  // undefined: not said; null: the patient; else who enters in the patient's place.
  proxy: undefined, asksProxy: false,
});

/** The screen: `{name, tone, title, lines, say, choices, primary, secondary, form, limit}`. Texts may
 * carry readings; each choice and button names what it does. */
export function screen(page, told, steps, now) {
  const text = words[page.language];
  const of = (name, more = {}) => ({
    name, tone: "calm", title: text[name].title, lines: text[name].lines, say: text[name].say,
    choices: [], ...more,
  });
  if (!page.isPaired) return of("unpaired", { tone: "stop" });
  if (page.isLost || !told) return of("lost");
  if (told.outOfService) return of("outOfService", { tone: "stop", problem: told.outOfService });
  const session = told.session, seconds = now - told.since;
  if (steps.own) return own(page, told, steps, text, of);
  switch (session.state) {
    case "empty": return of("rest", { form: "drawing" });
    case "reading": return of("reading", {
      form: "working",
      lines: seconds > 10 ? [text.reading.slower] : seconds > 3 ? [text.reading.slow] : [],
    });
    case "choosing": return choosing(page, told, steps, text, of);
    case "proving": return proving(page, told, steps, text, of);
    case "recordingIntent": case "asking": case "recordingOutcome":
      return of("asking", { form: "working" });
    case "interrupted":
      return of("interrupted", { tone: "warn", form: "drawing", limit: page.terminal.seconds.interrupted });
    default: return closed(page, told, steps, text, of, seconds);
  }
}

function choosing(page, told, steps, text, of) {
  const limit = page.terminal.seconds.choosing;
  const notice = steps.notice ?? (told.failure && problemText(page, told.failure));
  if (steps.asksProxy) return of("proxy", {
    limit, extends: true, secondary: { does: "proxyBack", name: text.back },
    choices: [null, "parent", "carer"].map(value => ({
      does: "proxy", value, name: text.proxy.names[value ?? "patient"], note: text.proxy.notes[value],
    })),
  });
  if (steps.way === null) {
    const ways = ["face", "pin", "visualCheck"].map(way => {
      const closure = told.closed?.[way];
      return {
        does: "way", value: way, name: text.ways[way],
        note: closure ? problemText(page, closure)
          : fill(text.wayNotes[way], { tries: told.session.triesLeft }),
        isClosed: closure !== undefined,
      };
    });
    ways.push({ does: "proxyAsk", name: steps.proxy ? fill(text.proxy.entering, { who: text.proxy.names[steps.proxy] }) : text.proxy.open, isAside: true });
    ways.push({ does: "own", name: text.own.open, note: text.own.openNote, isAside: true });
    const open = ways.filter(way => !way.isClosed && !way.isAside).map(way => plain(way.name));
    return of("way", {
      choices: ways, limit, notice, extends: true, secondary: { does: "leave", name: text.cancel },
      say: plain([...proxyLines(steps, text), fill(text.way.say, { choices: open.join(page.language === "ja" ? "、" : ", ") })].join(" ")),
    });
  }
  const item = page.terminal.items[steps.item];
  if (item === undefined) return of("asking", { form: "working" });
  const names = { institution: page.terminal.institution, item: text.items[item] };
  const all = page.terminal.items.map(one => text.items[one]).join(page.language === "ja" ? "、" : ", ");
  const choices = [
    { does: "consent", value: true, name: text.consent.yes },
    { does: "consent", value: false, name: text.consent.no },
  ];
  if (steps.item === 0 && page.terminal.items.length > 1)
    choices.push({ does: "consentAll", name: fill(text.consent.all, { items: all }), isWhole: true });
  return of("consent", {
    title: fill(text.consent.title, names), lines: [...proxyLines(steps, text), text.itemNotes[item], ...text.consent.lines],
    say: plain([...proxyLines(steps, text), ""].join(" ") + fill(text.consent.say, { ...names, item: plain(names.item) })),
    choices, isEqual: true, limit, notice, extends: true, secondary: { does: "undo", name: text.back },
  });
}

/** What somebody in the patient's place is told; nothing to the patient. */
const proxyLines = (steps, text) => steps.proxy ? [text.proxy.says[steps.proxy]] : [];

function proving(page, told, steps, text, of) {
  const session = told.session, limit = page.terminal.seconds.proving;
  const back = { does: "back", name: text.back };
  const tries = session.triesLeft;
  const failed = told.failure && (tries > 0 && /wrong-pin$/.test(told.failure.type)
    ? fill(text.wrong, { tries }) : problemText(page, told.failure));
  const notice = steps.notice ?? failed;
  const byPad = session.pinPad && session.way === "pin";
  if (steps.isSending && byPad && session.state === "proving") return of("padEntry", { form: "working" });
  if (steps.isSending) return of("asking", { form: "working" });
  if (session.way === "visualCheck") return of("staff", { limit, notice, secondary: back });
  if (session.way === "face") return of("face", {
    form: "face", limit, notice, secondary: back,
    primary: { does: "face", name: text.face.start, isClosed: !session.readyForFace },
  });
  if (tries === 1 && !steps.lastTry) return of("lastTry", {
    tone: "warn", limit, notice, primary: { does: "back", name: text.lastTry.other }, away: "back",
    secondary: { does: "lastTry", name: text.lastTry.go },
  });
  const agreed = page.terminal.items.filter(item => session.consents?.[item]).map(item => text.items[item]);
  const lines = said => [...proxyLines(steps, text), ...said.lines].map(line => fill(line, {
    tries,
    agreed: agreed.length === 0 ? text.pin.agreedNone
      : fill(text.pin.agreed, { items: agreed.join(page.language === "ja" ? "、" : ", ") }),
  }));
  const ready = { limit, extends: true, notice: session.readyForPIN ? notice : text.pin.wait, secondary: back };
  if (byPad) return of("pad", {
    ...ready, lines: lines(text.pad), say: fill(text.pad.say, { tries }),
    primary: { does: "pad", name: text.pad.start, isClosed: !session.readyForPIN },
  });
  return of("pin", {
    ...ready, form: "pin", lines: lines(text.pin),
    say: fill(text.pin.say, { tries }),
    primary: { does: "pin", name: text.ok, isClosed: steps.digits !== 4 || !session.readyForPIN },
  });
}

/** わたしの情報: its own PIN entry, what is looked at, the end. */
function own(page, told, steps, text, of) {
  const { stage, tries, tab } = steps.own, notice = steps.notice;
  const limit = page.terminal.seconds.own, since = steps.own.touched;
  const end = { does: "ownEnd", name: stage === "view" ? text.own.end : text.back };
  if (stage === "end") return of(steps.own.isRegistered ? "registered" : "ownEnd", { tone: "good" });
  if (stage === "view") return of("own", {
    form: "own", title: text.own.title, lines: [], limit, since, notice, part: tab,
    say: fill(text.own.say, { tab: plain(text.own.tabs[tab]) }), extends: true,
    secondary: end, primary: { does: "ownPrint", name: text.own.print, isClosed: !steps.own.sheets[tab] },
  });
  const byPad = told.session.pinPad;
  if (steps.isSending) return of(byPad ? "padEntry" : "asking", { form: "working" });
  if (tries === 1 && !steps.lastTry) return of("lastTry", {
    tone: "warn", limit, since, notice, primary: { does: "ownEnd", name: text.back }, away: "ownEnd",
    secondary: { does: "ownLastTry", name: text.lastTry.go },
  });
  if (tries === 0) return of("ownEnd", {
    tone: "stop", title: plain(notice ?? text.outOfService.title), lines: text.problem.lines, say: notice ?? "", secondary: end,
  });
  const name = steps.own.registers ? "register" : byPad ? "ownPad" : "ownPin";
  return of(name, {
    limit, since, notice, secondary: end, form: byPad ? undefined : "pin",
    lines: text[name].lines.map(line => fill(line, { tries })), say: fill(text[name].say, { tries }),
    primary: byPad ? { does: "ownPad", name: text.pad.start }
      : { does: "ownPin", name: text.ok, isClosed: steps.digits !== 4 },
  });
}

function closed(page, told, steps, text, of, seconds) {
  const session = told.session, limit = page.terminal.seconds.message;
  const end = { does: "seen", name: text.end };
  if (session.state === "accepted") {
    if (session.cardPresent && seconds > 8) return of("left", { tone: "warn", form: "drawing", chimes: true });
    // From three months before the end of the card's certificate, and for three months after.
    const renew = { endingSoon: text.done.renew, inGrace: text.done.renewNow }[session.certificateLife];
    const ends = session.certificateEnds && timeText(session.certificateEnds, page.language, { year: "numeric", month: "numeric", day: "numeric" });
    const until = Object.fromEntries((session.closing.items ?? []).map(one => [one.item, one.until]));
    return of("done", {
      tone: "good", limit, primary: session.cardPresent ? undefined : end,
      secondary: session.cardPresent ? { does: "own", name: text.own.open } : undefined,
      lines: page.terminal.items.map(item => fill(until[item] ? text.done.shown : text.done.notShown, {
        item: text.items[item], until: until[item] && timeText(until[item], page.language),
      })), notice: renew && fill(renew, { ends }), say: text.done.say + (renew ? plain(fill(renew, { ends })) : ""),
    });
  }
  const problem = steps.ending ?? session.closing?.problem;
  const title = problem ? (page.language === "ja" ? problem.titleJapanese : problem.title) : text.outOfService.title;
  const next = problem && (page.language === "ja" ? problem.nextStepJapanese : problem.nextStep);
  if (session.cardPresent && /card-not-registered$/.test(problem?.type ?? "")) return of("registration", {
    choices: [{ does: "register", name: text.registration.yes, note: text.registration.note },
      { does: "later", name: text.registration.later, note: next }], problem,
  });
  return of("problem", {
    tone: "stop", title, limit, lines: [next, ...text.problem.lines].filter(Boolean), problem,
    say: fill(text.problem.say, { title, next: next ?? "" }) + plain(text.problem.lines[0]),
    primary: session.cardPresent ? undefined : end,
  });
}

/** A problem in one sentence and what may be done next; words for programs are left out. */
export function problemText(page, problem) {
  const [title, next] = page.language === "ja"
    ? [problem.titleJapanese, problem.nextStepJapanese] : [problem.title, problem.nextStep];
  return [title, next].filter(Boolean).join(" ").replace(/ ?\(--[^)]*\)/g, "");
}

function timeText(until, language, parts = { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" }) {
  return new Intl.DateTimeFormat(language === "ja" ? "ja-JP" : "en-GB", { ...parts, timeZone: "Asia/Tokyo" }).format(new Date(until));
}
