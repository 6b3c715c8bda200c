// Records as the desk shows them: values in, elements out. Nothing here asks or keeps anything.

import { element } from "/stream.js";
import { fill } from "/words.js";

const received = (name, attributes, ...children) => element(name, { lang: "ja", ...attributes }, ...children);

// MARK: 資格

/** Who it is and the one sentence that matters: they stand above everything else. */
export function heading(text, sheet) {
  const sentence = text.sentences?.[sheet.validity] ?? sheet.sentence;
  return [
    sheet.entitlements.map(one => [
      element("h2", { class: "name" }, received("span", {}, one.name),
        one.kana && received("span", { class: "kana" }, one.kana),
        element("span", {}, `${one.birthDate}${one.age === undefined ? "" : ` (${fill(text.age, one)})`}`),
        received("span", {}, one.sex)),
      one.hasUnknownCharacter && element("p", { class: "box warn" }, "▲ " + text.unknownCharacter),
    ]),
    element("p", { class: `box ${sheet.isValid ? "good" : "stop"}`, "data-part": "sentence" },
      `${sheet.isValid ? "○" : "✕"} ${sentence}`),
    sheet.note && received("p", { class: "box warn" }, sheet.note),
  ].flat(2).filter(Boolean);
}

/** What is to be seen at a glance, and every row. */
export const qualification = (text, sheet) => sheet.entitlements.map(one => entitlement(text, sheet, one));

function entitlement(text, sheet, one) {
  return element("section", { class: "detail" },
    element("ul", { class: "chips" }, one.chips.map(chip => element("li", {
      class: /提供なし|喪失/.test(chip) ? "chip warn" : "chip", lang: text.chips[chip] ? null : "ja",
    }, text.chips[chip] ?? chip))),
    received("dl", {}, one.rows.flatMap(([label, value]) => [element("dt", {}, label), element("dd", {}, value)])),
    sheet.confirmedOn && element("p", { class: "note" }, `${text.confirmedOn} ${sheet.confirmedOn}`));
}

// MARK: 薬剤

/** Medicines by day or as a grid; `own` is the institution whose prescriptions are hidden, `amounts`
 * the names of the two columns that are the patient's alone. */
export function drugs(text, sheet, { isGrid, own, amounts = [] }) {
  const months = sheet.months.map(month => ({
    month: month.month,
    days: month.days.map(day => ({ ...day, blocks: day.blocks.filter(block => !own || block.prescriber !== own) }))
      .filter(day => day.blocks.length),
  })).filter(month => month.days.length);
  // In the grid a medicine is marked; by day only the two that overlap.
  const sides = sheet.overlaps.flatMap(one => one.sides.map(side => ({ ...side, ingredient: one.ingredient })));
  const doubled = (row, day) => sides.some(side => side.ingredient === row.ingredient
    && side.name === row.name && (!day || side.date === day.date));
  return [
    sheet.from && element("p", { class: "note" }, fill(text.drugs.period, sheet)),
    own && element("p", { class: "note" }, text.drugs.hidden),
    sheet.overlaps.length > 0 && element("section", { class: "box warn", "data-part": "overlaps" },
      element("h2", {}, "▲ " + text.drugs.overlaps),
      received("ul", {}, sheet.overlaps.map(one => element("li", {},
        `${one.ingredient}（${one.from}～${one.to}）: `
        + one.sides.map(side => `${side.date} ${side.source} ${side.name}`).join(" ／ "))))),
    months.length === 0 ? element("p", { class: "box" }, text.drugs.none)
      : isGrid ? grid(text, months, doubled) : byDay(text, months, doubled, amounts),
  ].filter(Boolean);
}

const mark = (text, isDoubled) => isDoubled && element("span", { class: "overlap" }, ` ▲${text.drugs.overlap}`);

const framed = (name, table) =>
  element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name }, table);
const heads = names => element("thead", {}, element("tr", {}, names.map(name => element("th", { scope: "col" }, name))));

function byDay(text, months, doubled, amounts) {
  const yen = number => element("td", { class: "number" }, number === undefined ? "—" : number.toLocaleString("ja-JP"));
  const line = day => row => element("tr", {}, element("td", { class: "number" }, String(row.number)),
    element("td", {}, row.name, mark(text, doubled(row, day))), element("td", {}, row.usage ?? "—"),
    element("td", { class: "number" }, row.quantity), amounts.length > 0 && [yen(row.copaymentYen), yen(row.savingYen)]);
  const group = day => one => received("tbody", {},
    element("tr", {}, element("th", { colspan: 4 + amounts.length, scope: "rowgroup" }, one.class)), one.rows.map(line(day)));
  const table = (day, block) => element("table", {},
    received("caption", {}, block.source, block.prescribedOn && block.prescribedOn !== day.date
      && ` · ${fill(text.drugs.prescribed, { date: block.prescribedOn })}`),
    heads([...text.drugs.columns, ...amounts]), block.groups.map(group(day)));
  return element("div", { class: "days" }, months.flatMap(month => month.days).map(day =>
    element("section", {}, element("h2", {}, day.date), day.blocks.map((block, index) =>
      framed(`${day.date} ${index + 1} ${block.source}`, table(day, block))))));
}

function grid(text, months, doubled) {
  const medicines = new Map();
  for (const month of months) for (const day of month.days) for (const block of day.blocks)
    for (const group of block.groups) for (const row of group.rows) {
      if (!medicines.has(row.name)) medicines.set(row.name, { row, cells: new Map() });
      const { cells } = medicines.get(row.name);
      cells.set(month.month, [...cells.get(month.month) ?? [], { day: day.date.slice(5).replace("-", "/"), quantity: row.quantity }]);
    }
  const columns = months.map(month => month.month).sort().reverse();
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": text.drugs.grid },
    element("table", {},
      element("caption", {}, text.drugs.grid),
      element("thead", {}, element("tr", {}, [text.drugs.medicine, ...columns].map(name => element("th", { scope: "col" }, name)))),
      received("tbody", {}, [...medicines.values()].sort((a, b) => (a.row.ingredient ?? a.row.name).localeCompare(b.row.ingredient ?? b.row.name, "ja"))
        .map(({ row, cells }) => element("tr", {},
          element("th", { scope: "row" }, row.name, mark(text, doubled(row))),
          columns.map(column => element("td", {}, (cells.get(column) ?? []).map(cell =>
            element("div", {}, `${cell.day} ${cell.quantity}`)))))))));
}

// MARK: 健診

const numberOf = cell => /^-?[0-9.]+$/.test(cell.value ?? "") ? Number(cell.value) : null;

/** The table; a row with numbers opens its chart. `open` is the label of the row whose chart shows. */
export function checkups(text, sheet, open, choose) {
  if (sheet.dates.length === 0) return [element("p", { class: "box" }, text.checkups.none)];
  const rows = sheet.rows.filter(row => row.cells.some(cell => cell.value !== undefined));
  const sections = [...new Set(rows.map(row => row.section))];
  const chosen = rows.find(row => row.label === open);
  return [
    chosen && chart(text, sheet, chosen),
    element("p", { class: "note" }, text.checkups.legend),
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": text.checkups.caption },
      element("table", {}, element("caption", {}, text.checkups.caption),
        element("thead", {}, element("tr", {}, element("th", { scope: "col" }, text.checkups.item),
          element("th", { scope: "col" }, text.checkups.threshold),
          sheet.dates.map((date, index) => element("th", { scope: "col" }, date, received("div", { class: "note" }, sheet.programmes[index]))))),
        sections.map(section => received("tbody", {},
          element("tr", {}, element("th", { colspan: 2 + sheet.dates.length, scope: "rowgroup" }, section)),
          rows.filter(row => row.section === section).map(row => element("tr", {},
            element("th", { scope: "row" }, label(text, row, row === chosen, choose)),
            element("td", {}, row.threshold || "—"),
            row.cells.map(cell => element("td", {
              class: { "▲": "number high", "▽": "number low" }[cell.mark] ?? (numberOf(cell) === null ? null : "number"),
            }, cell.text)))))))),
  ].filter(Boolean);
}

function label(text, row, isOpen, choose) {
  const name = `${row.group ? row.group + " " : ""}${row.label}${row.unit ? ` (${row.unit})` : ""}`;
  if (!row.cells.some(cell => numberOf(cell) !== null)) return name;
  return element("button", { "data-key": `chart-${row.label}`, "aria-pressed": String(isOpen), onclick: () => choose(isOpen ? null : row.label) },
    name + " ⌇");
}

const svg = (name, attributes, ...children) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.flat(Infinity));
  return made;
};

/** One measure against its thresholds: `▲140以上` shades what lies above. */
export function chart(text, sheet, row) {
  const points = sheet.dates.map((date, index) => ({ date, time: Date.parse(date), value: numberOf(row.cells[index]), text: row.cells[index].text }))
    .filter(point => point.value !== null).sort((a, b) => a.time - b.time);
  const limits = [...row.threshold.matchAll(/([▲▽])[^0-9]*([0-9.]+)[^▲▽]*/g)]
    .map(([whole, mark, value]) => ({ whole: whole.trim(), isUpper: mark === "▲", value: Number(value) }));
  const values = [...points.map(point => point.value), ...limits.map(limit => limit.value)];
  const span = Math.max(...values) - Math.min(...values) || Math.abs(values[0]) || 1;
  const [low, high] = [Math.min(...values) - span * 0.25, Math.max(...values) + span * 0.25];
  const [left, right, top, bottom] = [64, 688, 48, 256];
  const first = points[0].time, last = points.at(-1).time;
  const x = time => last === first ? (left + right) / 2 : left + 40 + (time - first) / (last - first) * (right - left - 80);
  const y = value => bottom - (value - low) / (high - low) * (bottom - top);
  const title = `${row.label}${row.unit ? ` (${row.unit})` : ""}`;
  const told = points.map(point => `${point.date} ${point.text}`).join(", ");
  return element("figure", { "data-part": "chart" }, svg("svg", {
    class: "chart", viewBox: "0 0 720 304", role: "img", "aria-label": `${title} ${row.threshold}: ${told}`,
  },
  svg("text", { x: left, y: 24 }, title),
  limits.map(limit => svg("rect", {
    class: "beyond", x: left, width: right - left, y: limit.isUpper ? top : y(limit.value),
    height: limit.isUpper ? y(limit.value) - top : bottom - y(limit.value),
  })),
  svg("path", { class: "axis", d: `M${left} ${top}V${bottom}H${right}`, fill: "none" }),
  limits.map(limit => [
    svg("line", { class: "threshold", x1: left, x2: right, y1: y(limit.value), y2: y(limit.value) }),
    // Where the curve does not end.
    svg("text", {
      class: "label", y: y(limit.value) - 6,
      ...Math.abs(y(points.at(-1).value) - y(limit.value)) < 40 ? { x: left + 8 } : { x: right, "text-anchor": "end" },
    }, limit.whole),
  ]),
  svg("polyline", { class: "curve", points: points.map(point => `${x(point.time)},${y(point.value)}`).join(" ") }),
  points.map(point => [
    svg("circle", { class: "point", cx: x(point.time), cy: y(point.value), r: 5 }),
    svg("text", { x: x(point.time), y: y(point.value) - 12, "text-anchor": "middle" }, point.text),
    svg("text", { x: x(point.time), y: bottom + 24, "text-anchor": "middle" }, point.date),
  ])));
}
