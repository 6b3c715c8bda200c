// An event stream read by `fetch`, so that it can carry a bearer token (EventSource cannot).

/** Reads `path` until it ends or is silent for `silentSeconds`; calls `tell(name, value)` for each
 * event and `alive()` for whatever arrives. Throws what `fetch` throws. */
export async function readEvents(path, token, silentSeconds, tell, alive) {
  const stop = new AbortController();
  let last = performance.now();
  const watch = setInterval(() => {
    if (performance.now() - last > silentSeconds * 1000) stop.abort();
  }, 500);
  try {
    const answer = await fetch(path, {
      headers: { Authorization: `Bearer ${token}` }, cache: "no-store", signal: stop.signal,
    });
    if (!answer.ok) throw await answer.json();
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      last = performance.now();
      alive();
      const events = (rest + value).split("\n\n");
      rest = events.pop();
      for (const event of events) {
        const fields = event.split("\n");
        const field = name => fields.filter(line => line.startsWith(name + ": "))
          .map(line => line.slice(name.length + 2)).join("\n");
        if (field("event")) tell(field("event"), JSON.parse(field("data")));
      }
    }
  } finally {
    clearInterval(watch);
  }
}

/** Sends a step; the answer, or the problem as it was told. */
export async function send(path, token, { json, octets, headers } = {}) {
  const answer = await fetch(path, {
    method: "POST", cache: "no-store",
    headers: {
      Authorization: `Bearer ${token}`,
      "Content-Type": octets ? "application/octet-stream" : "application/json", ...headers,
    },
    body: octets ?? JSON.stringify(json ?? {}),
  });
  const told = await answer.json();
  if (!answer.ok) throw told;
  return told;
}

/** An element; attributes that are false or absent are left out. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") made.addEventListener("click", value);
    else if (value !== false && value !== undefined && value !== null) made.setAttribute(key, value);
  }
  made.append(...children.flat(Infinity)
    .filter(child => child !== undefined && child !== null && child !== false));
  return made;
}
