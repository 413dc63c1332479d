// How a finding of a large page looks: as in findings.html.j2. Text becomes text, never markup.

const GLYPHS = { fail: "\u2715", unknown: "?", exempt: "\u25c7", pass: "\u2713", not_applicable: "\u2013" };
const TONES = {
  risk: { safe: "pass", disruptive: "unknown" },
  reversible: { yes: "pass", partly: "unknown" },
  history: { new: "new", returned: "returned" },
};
const REVERSIBLE = { yes: "reversible", partly: "partly reversible", no: "irreversible" };

class Rows {
  constructor(findings) {
    this.findings = findings;
    this.unseen = new RegExp(findings.header.unseen, "gu");
  }

  // Characters that nobody sees are shown as their code, as everywhere on the page.
  clean(text) {
    const code = (character) => character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    return String(text).replace(this.unseen, (character) => "\u27e8U+" + code(character) + "\u27e9");
  }

  make(name, classes, ...content) {
    const [tag, ...attributes] = name.split(/[ =]/);
    const element = document.createElement(tag);
    if (classes) element.className = classes;
    for (let at = 0; at < attributes.length; at += 2) element.setAttribute(attributes[at], attributes[at + 1]);
    for (const part of content.flat(Infinity).filter((each) => each !== null && each !== "")) {
      element.append(part instanceof Node ? part : document.createTextNode(this.clean(part)));
    }
    return element;
  }

  chip(word, tone) {
    return this.make("span", "chip " + tone, word);
  }

  bdi(text) {
    return this.make("bdi", "", text);
  }

  code(text) {
    return this.make("code", "", text);
  }

  terms(pairs) {
    const inner = pairs.map(([term, ...content]) => this.make("div", "", this.make("dt", "", term), this.make("dd", "", ...content)));
    return this.make("dl", "facts", inner);
  }

  row(number) {
    const finding = this.findings.at(number);
    const details = this.make("details", "row finding", this.summary(finding));
    const open = () => {
      if (details.open && details.childElementCount === 1) details.append(this.inside(finding));
    };
    details.addEventListener("toggle", open);
    return details;
  }

  summary({ verdict, resource, rule, history, ...finding }) {
    const { title, severity } = this.findings.rule(rule);
    const name = resource.arn === null ? "every " + resource.type : resource.id || resource.arn;
    return this.make(
      "summary", "",
      this.make("span aria-hidden=true", "glyph " + verdict, GLYPHS[verdict] ?? "\u2022"), " ",
      this.make("span", "sr", this.findings.header.verdicts[verdict] ?? verdict), " ",
      this.make("span", "what", this.make("bdi", "name", name), " ", this.make("span", "quiet", resource.account, " ", resource.region)),
      " ", this.chip(severity, "severity-" + severity),
      history in TONES.history ? [" ", this.chip(history, "history-" + TONES.history[history])] : [],
      " ", this.make("span", "gist", this.gist({ verdict, ...finding })),
      " ", this.make("span", "quiet rule-title", title),
    );
  }

  gist({ verdict, evidence, exemption, reason }) {
    if (verdict === "fail") {
      const leaf = (evidence ?? []).find((each) => each.holds === false);
      const expired = exemption ? [" ", this.chip("exemption expired " + exemption.expires, "tone-fail")] : [];
      return leaf ? [this.code(leaf.path), " is ", this.bdi(leaf.said.actual), ", expected ", this.bdi(leaf.said.expected), ...expired] : expired;
    }
    if (verdict === "exempt" && exemption) {
      return [this.chip("until " + exemption.expires, "tone-exempt"), " ", this.bdi(exemption.owner), ": ", this.bdi(exemption.reason)];
    }
    return [this.bdi(reason ?? "")];
  }

  inside(finding) {
    const { exemption, reason, missing_action: missing, evidence, cost, said } = finding;
    const parts = [];
    if (exemption) parts.push(this.exemption(exemption, said.exemption));
    if (reason && (!exemption || missing)) parts.push(this.make("p", "reason", this.bdi(reason)));
    if (missing && !reason?.includes(missing)) parts.push(this.make("p", "", "Allow ", this.code(missing)));
    if (evidence?.length) parts.push(this.evidence(evidence));
    parts.push(...this.rule(finding.rule), this.identity(finding.resource));
    if (cost) parts.push(this.make("p", "", "Costs a month: ", said.cost));
    parts.push(...this.fix(finding));
    return this.make("div", "inside", parts);
  }

  exemption({ expired, expires, owner, reason, rule, file, line }, meant) {
    return this.terms([
      [expired ? "Exemption expired" : "Exempt until", expires], ["Owner", this.bdi(owner)], ["Reason", this.bdi(reason)],
      ["Permitted for", this.code(rule), " \u00b7 ", this.code(meant)], ["Where", this.code(file + ":" + line)],
    ]);
  }

  evidence(leaves) {
    const head = ["Fact", "Actual", "Expected", "Holds"].map((text) => this.make("th scope=col", "", text));
    const table = this.make("table", "",
      this.make("caption", "", "Evidence: what the rule looked at"),
      this.make("thead", "", this.make("tr", "", head)),
      this.make("tbody", "", leaves.map((leaf) => this.leaf(leaf))));
    const scroll = this.make("div role=region tabindex=0", "scroll", table);
    scroll.setAttribute("aria-label", "Evidence");
    return scroll;
  }

  leaf({ path, actual, holds, unknown, said }) {
    const words = unknown ? "not known: " + unknown : holds === null && actual === null ? "not known" : said.actual;
    const [verdict, answer] = holds ? ["pass", "\u2713 yes"] : holds === null ? ["unknown", "? not known"] : ["fail", "\u2715 no"];
    return this.make("tr", "",
      this.make("th scope=row", "", this.code(path)), this.make("td", "", this.bdi(words)),
      this.make("td", "", this.bdi(said.expected)), this.make("td", verdict, answer));
  }

  rule(id) {
    const { title, category, rationale, references, compliance, parameters } = this.findings.rule(id);
    const about = [this.code(id), ...[category, ...compliance].filter(Boolean).flatMap((text) => [" \u00b7 ", text])];
    const parts = [this.make("p", "", this.make("b", "", title)), this.make("p", "quiet", about)];
    if (rationale) parts.push(this.make("p", "rationale", rationale));
    const links = references.flatMap(([text, isLink]) => [isLink ? this.link(text) : text, " "]);
    const given = parameters.flatMap(([name, words]) => [this.tag(name, words), " "]);
    if (links.length || given.length) parts.push(this.make("p", "quiet", links, given.length ? ["Parameters: ", given] : []));
    return parts;
  }

  link(address) {
    const link = this.make("a rel=noopener", "", address);
    link.href = address;
    return link;
  }

  tag(name, text) {
    return this.make("span", "tag", this.bdi(name), " = ", this.bdi(text));
  }

  identity({ arn, type, account, region, tags }) {
    const pairs = [
      ["ARN", arn === null ? "none: resources of this type could not be listed" : this.code(arn)],
      ["Type", type], ["Account and Region", this.code(account), " ", region],
    ];
    if (tags && Object.keys(tags).length) {
      pairs.push(["Tags", ...Object.entries(tags).flatMap(([key, text]) => [this.tag(key, text), " "])]);
    }
    return this.terms(pairs);
  }

  fix({ fix, verdict }) {
    if (!fix) return verdict === "fail" ? [this.make("p", "quiet", "No fix is known to trueup.")] : [];
    const chip = (kind, word) => this.chip(word, "tone-" + (TONES[kind][fix[kind]] ?? "fail"));
    const reason = fix.reason ? [" ", fix.reason] : [];
    return [this.make("p", "", "Fix: ", this.code(fix.action), " ", chip("risk", fix.risk), " ",
      chip("reversible", REVERSIBLE[fix.reversible] ?? fix.reversible), ...reason)];
  }
}
