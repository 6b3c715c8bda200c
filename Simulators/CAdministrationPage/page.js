// The administration page: it asks what the administration port offers to everybody who has the
// token, and shows it. The token stays in this variable; what came from outside becomes text only.
let token = "";
let lastNumber = 0;
let people = [];
let faults = [];
let shown = [];
const mostShown = 200;

const $ = (id) => document.getElementById(id);

function tell(text, isBad = false) {
  $("status").textContent = text;
  $("status").classList.toggle("bad", isBad);
}

class Refused extends Error {}

async function ask(method, path, body) {
  const answer = await fetch(path, {
    method,
    credentials: "omit",
    cache: "no-store",
    headers: {
      Authorization: "Bearer " + token,
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (answer.status === 401) lock();
  const text = await answer.text();
  const value = text ? JSON.parse(text) : {};
  if (!answer.ok) throw new Refused([value.title, value.detail].filter(Boolean).join(" "));
  return value;
}

/** Does something that was asked for, and says what came of it. */
async function attempt(done, work) {
  try {
    await work();
    if (done) tell(done);
  } catch (error) {
    tell(error instanceof Refused ? error.message : "The clearinghouse does not answer.", true);
  }
}

function row(cells) {
  const line = document.createElement("tr");
  for (const cell of cells) {
    const place = document.createElement("td");
    if (cell instanceof Node) place.append(cell);
    else if (typeof cell === "number") {
      place.className = "number";
      place.textContent = cell;
    } else place.textContent = cell ?? "";
    line.append(place);
  }
  return line;
}

function fill(id, rows, nothing) {
  if (rows.length === 0 && nothing) {
    const line = row([nothing]);
    line.firstChild.colSpan = 9;
    line.firstChild.className = "none";
    rows = [line];
  }
  $(id).replaceChildren(...rows);
}

function options(id, values) {
  $(id).replaceChildren(...values.map((value) => new Option(value, value)));
}

// --- Business date ------------------------------------------------------------------------------

function showDate({ date, isSet }) {
  if (document.activeElement !== $("date-value")) $("date-value").value = date;
  $("date-state").textContent = isSet ? date + ", set" : date + ", today in Japan";
}

const setDate = (date) =>
  attempt("The business date is set.", async () =>
    showDate(await ask("PUT", "/admin/business-date", { date })));

// --- Faults -------------------------------------------------------------------------------------

function describe(fault) {
  const { kind, count, path, method, person, nth, perMille, ...rest } = fault;
  const about = [
    method, path || "every path", person && "about " + person, nth && "from the " + nth + ". on",
    perMille && perMille + " of 1000",
  ];
  const how = Object.entries(rest).map(([name, value]) => name + " " + value);
  return [kind, how.join(", "), about.filter(Boolean).join(", "), count];
}

function showFaults(value) {
  faults = value.faults;
  fill("faults", faults.map((fault, index) => {
    const [kind, how, about, count] = describe(fault);
    const remove = document.createElement("button");
    remove.textContent = "Remove";
    remove.onclick = () => order(faults.filter((_, other) => other !== index));
    return row([how ? kind + " (" + how + ")" : kind, count + "×", about, remove]);
  }), "None: every answer is right.");
}

const order = (wanted) =>
  attempt("The faults are on order.", async () =>
    showFaults(await ask("POST", "/admin/faults", { faults: wanted })));

function faultOfForm() {
  const fault = { kind: $("fault-kind").value };
  for (const name of ["count", "nth", "perMille", "milliseconds", "status", "octets"]) {
    const field = $("fault-" + name);
    if (field.value !== "" && isUsed(field)) fault[name] = Number(field.value);
  }
  for (const name of ["path", "person", "problem", "table", "code"]) {
    const field = $("fault-" + name);
    if (field.value !== "" && isUsed(field)) fault[name] = field.value;
  }
  return fault;
}

const isUsed = (field) => {
  const only = field.closest(".only");
  return !only || only.classList.contains("shown");
};

function showFields() {
  for (const field of document.querySelectorAll(".only")) {
    field.classList.toggle("shown", field.dataset.kind === $("fault-kind").value);
  }
}

// --- Requests -----------------------------------------------------------------------------------

function showRequests() {
  const person = $("search-person").value.trim();
  const wanted = shown.filter((entry) =>
    (!person || entry.person === person) && (!$("search-problems").checked || entry.problem));
  fill("requests", wanted.map((entry) => {
    const by = [entry.institution, entry.terminal].filter(Boolean).join(" ");
    const why = [
      entry.problem, entry.fault && "fault " + entry.fault, entry.mode, entry.repeat && "repeated",
    ];
    const line = row([
      entry.number, entry.time.slice(0, 19).replace("T", " "),
      [entry.route, entry.item !== entry.route && entry.item].filter(Boolean).join(": "), by,
      entry.person, entry.status, why.filter(Boolean).join(", "),
    ]);
    if (entry.problem) line.lastChild.className = "bad";
    return line;
  }), "Nothing was asked yet.");
}

async function readJournal() {
  const { entries, last } = await ask("GET", "/admin/journal?limit=200&after=" + lastNumber);
  if (entries.length === 0) {
    lastNumber = Math.min(lastNumber, last);
    return;
  }
  lastNumber = entries.at(-1).number;
  shown = [...entries.reverse(), ...shown].slice(0, mostShown);
  showRequests();
}

// --- People and witness -------------------------------------------------------------------------

function showPeople() {
  const words = $("people-find").value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = people.filter((person) => {
    const text = (person.id + " " + (person.about ?? "")).toLowerCase();
    return words.every((word) => text.includes(word));
  });
  $("people-count").textContent = found.length + " of " + people.length;
  fill("people", found.map((person) => {
    const id = document.createElement("code");
    id.textContent = person.id;
    return row([id, person.about, person.asOf, person.cards.length]);
  }), "Nobody.");
}

async function readWitness() {
  let witness;
  try {
    witness = await ask("GET", "/admin/witness");
  } catch (error) {
    if (error instanceof Refused) return; // None works here.
    throw error;
  }
  $("witness-section").hidden = false;
  $("witness-key").textContent = witness.key;
  fill("witness", witness.logs.map((log) => row([
    log.origin, log.size ?? "", log.cosignedAt ?? "", log.intentsTold, log.intentsShown,
    log.intentsBeyond, log.forked ? "signed two roots of one size" : "",
  ])), "No log is watched.");
}

// --- Opening, and what goes on ------------------------------------------------------------------

function lock() {
  token = "";
  $("locked").hidden = false;
  $("open").hidden = true;
  $("token").focus();
}

async function open() {
  // What can be ordered stands in the served description.
  const description = await ask("GET", "/admin/openapi.json");
  const fields = description.components.schemas.Fault.properties;
  options("fault-kind", fields.kind.enum);
  options("fault-problem", fields.problem.enum);
  people = (await ask("GET", "/admin/people")).people;
  $("ids").replaceChildren(...people.map((person) => new Option(person.id)));
  const { last } = await ask("GET", "/admin/journal?limit=1");
  lastNumber = Math.max(0, last - 100);
  showDate(await ask("GET", "/admin/business-date"));
  showFaults(await ask("GET", "/admin/faults"));
  showFields();
  showPeople();
  showRequests();
  await readWitness();
  $("locked").hidden = true;
  $("open").hidden = false;
  tell("");
  await readJournal();
}

async function refresh() {
  if (!token || document.hidden || $("search-paused").checked) return;
  await attempt("", async () => {
    await readJournal();
    showDate(await ask("GET", "/admin/business-date"));
    const value = await ask("GET", "/admin/faults");
    if (JSON.stringify(value.faults) !== JSON.stringify(faults)) showFaults(value);
    if (!$("witness-section").hidden) await readWitness();
  });
}

$("unlock").onsubmit = (event) => {
  event.preventDefault();
  token = $("token").value.trim();
  $("token").value = "";
  attempt("", open);
};
$("date").onsubmit = (event) => {
  event.preventDefault();
  setDate($("date-value").value);
};
$("date-calendar").onclick = () => setDate(null);
$("fault").onsubmit = (event) => {
  event.preventDefault();
  order([...faults, faultOfForm()]);
};
$("fault-kind").onchange = showFields;
$("reset").onclick = () =>
  attempt("Faults, latency, modes, limits and the seed are taken back.", async () => {
    await ask("POST", "/admin/reset", {});
    showFaults(await ask("GET", "/admin/faults"));
  });
for (const id of ["search-person", "search-problems"]) $(id).oninput = showRequests;
for (const id of ["search", "people-search"]) $(id).onsubmit = (event) => event.preventDefault();
$("people-find").oninput = showPeople;
setInterval(refresh, 1000);
lock();
