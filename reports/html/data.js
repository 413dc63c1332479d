"use strict";
// All findings of a large page: unpacked (packed.py says from what), filtered and sorted. Nothing here touches the page.

const unpacked = async (text) => {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = binary.charCodeAt(at);
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(inflated).text());
};

// One filter's value of every finding, as numbers: comparing these is what makes filters quick.
class Codes {
  constructor(total) {
    this.names = [];
    this.numbers = new Map();
    this.cells = new Uint32Array(total);
  }

  of(name) {
    if (!this.numbers.has(name)) {
      this.numbers.set(name, this.names.length);
      this.names.push(name);
    }
    return this.numbers.get(name);
  }
}

class Findings {
  static KEYS = ["verdict", "severity", "service", "rule", "account", "region", "history"];

  constructor(header) {
    this.header = header;
    this.total = header.total;
    this.chunks = [];
    this.chunkOf = new Uint32Array(this.total);
    this.codes = Object.fromEntries(Findings.KEYS.map((key) => [key, new Codes(this.total)]));
    this.orders = new Map();
    this.count = 0;
  }

  rule(id) {
    return this.header.rules[id];
  }

  add(chunk) {
    chunk.start = this.count;
    this.chunkOf.fill(this.chunks.length, chunk.start, chunk.start + chunk.count);
    this.chunks.push(chunk);
    const { columns } = chunk;
    const fill = (key, column, name) => {
      const codes = this.codes[key];
      const numbers = (column?.values ?? []).map((value) => codes.of(name(value) ?? ""));
      for (let row = 0; row < chunk.count; row += 1) {
        codes.cells[chunk.start + row] = numbers[column?.cells[row] ?? -1] ?? codes.of("");
      }
    };
    fill("verdict", columns.verdict, (verdict) => verdict);
    fill("severity", columns.rule, (id) => this.rule(id).severity);
    fill("service", columns["resource.type"], (type) => type?.split(".", 1)[0]);
    fill("rule", columns.rule, (id) => id);
    fill("account", columns["resource.account"], (account) => account);
    fill("region", columns["resource.region"], (region) => region);
    fill("history", columns.history, (history) => history);
    for (const column of Object.values(columns)) column.cells = Int32Array.from(column.cells);
    this.count += chunk.count;
  }

  // The number-th finding as the JSON report has it; said holds the words for what a person could not read.
  at(number) {
    const chunk = this.chunks[this.chunkOf[number]];
    const finding = { resource: {}, said: {} };
    for (const [name, column] of Object.entries(chunk.columns)) {
      const cell = column.cells[number - chunk.start];
      if (cell < 0) continue;
      const value = column.values[cell];
      if (name === "evidence") finding.evidence = value.map((pair) => Findings.leaf(chunk, pair));
      else if (name.startsWith("resource.")) finding.resource[name.slice("resource.".length)] = value;
      else finding[name] = value;
      if (column.words) finding.said[name] = column.words[cell];
    }
    return finding;
  }

  static leaf(chunk, [leaf, actual]) {
    const [shape, expected] = chunk.leaves[leaf];
    const [value, words] = chunk.actuals[actual];
    return { ...shape, actual: value, said: { expected, actual: words } };
  }

  // The numbers of the findings that match, in the order that is asked for.
  matching(wanted, terms, order) {
    const fits = new Uint8Array(this.total).fill(1);
    for (const [key, value] of Object.entries(wanted)) {
      const { cells, numbers } = this.codes[key];
      const code = numbers.get(value) ?? -1;
      for (let number = 0; number < this.total; number += 1) if (cells[number] !== code) fits[number] = 0;
    }
    for (const term of terms) for (const chunk of this.chunks) this.search(chunk, term, fits);
    return this.ordered(order).filter((number) => fits[number]);
  }

  // Each different value is looked through once, however many findings have it.
  search(chunk, term, fits) {
    const hit = new Uint8Array(chunk.count);
    for (const [name, column] of Object.entries(chunk.columns)) {
      this.prepare(chunk, name, column);
      if (!column.text.includes(term)) continue;
      const found = column.texts.map((text) => text.includes(term));
      for (let row = 0; row < chunk.count; row += 1) if (found[column.cells[row]]) hit[row] = 1;
    }
    for (let row = 0; row < chunk.count; row += 1) if (!hit[row]) fits[chunk.start + row] = 0;
  }

  // Done for all chunks while nothing else is to be done, or when a search comes first.
  prepare(chunk, name, column) {
    if (column.texts) return;
    column.texts = column.values.map((value) => this.text(chunk, name, value).toLowerCase());
    column.text = column.texts.join("\n");
  }

  text(chunk, name, value) {
    if (name === "rule") {
      const { title, severity, category, compliance } = this.rule(value);
      return [value, title, severity, category, ...compliance].join(" ");
    }
    if (name === "verdict") return this.header.verdicts[value] ?? value;
    if (name !== "evidence") return Findings.flat(value);
    return value
      .map((pair) => Findings.leaf(chunk, pair))
      .map((leaf) => [leaf.path, leaf.said.expected, leaf.said.actual, Findings.flat(leaf.actual), leaf.unknown ?? ""].join(" "))
      .join(" ");
  }

  static flat(value) {
    if (value === null || typeof value !== "object") return value === null ? "" : String(value);
    return Object.entries(value).map(([name, inner]) => name + " " + Findings.flat(inner)).join(" ");
  }

  ordered(order) {
    if (!this.orders.has(order)) {
      const keys = this.sortKeys(order);
      const less = (one, other) => keys.reduce((found, key) => found || key(one, other), 0) || one - other;
      this.orders.set(order, Uint32Array.from({ length: this.total }, (_, number) => number).sort(less));
    }
    return this.orders.get(order);
  }

  sortKeys(order) {
    const verdicts = Object.keys(this.header.verdicts);
    const ranks = { verdict: (verdict) => verdicts.indexOf(verdict) };
    const by = (key) => {
      const { names, cells } = this.codes[key];
      const sorted = [...names].sort();
      const rank = names.map(ranks[key] ?? ((name) => sorted.indexOf(name)));
      return (one, other) => rank[cells[one]] - rank[cells[other]];
    };
    const values = (name, of, least) => {
      const all = new Array(this.total).fill(least);
      for (const { start, columns } of this.chunks) {
        columns[name]?.cells.forEach((cell, row) => {
          if (cell >= 0) all[start + row] = of(columns[name].values[cell]) ?? least;
        });
      }
      return all;
    };
    if (order === "rule") return [by("rule"), by("verdict")];
    if (order === "place") return [by("account"), by("region"), by("verdict")];
    if (order === "resource") {
      const arns = values("resource.arn", (arn) => arn, "");
      return [(one, other) => (arns[one] < arns[other] ? -1 : Number(arns[one] > arns[other]))];
    }
    if (order === "cost") {
      const costs = values("cost", (cost) => cost?.monthly?.likely, -1);
      return [(one, other) => costs[other] - costs[one], by("verdict")];
    }
    return [by("verdict")];
  }
}
