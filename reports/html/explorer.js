// The large page at work: unpacks the findings, then filters, sorts and turns pages. Without it the first of each rule are listed.
(() => {
  const data = document.getElementById("findings-data");
  const form = document.getElementById("filters");
  const count = document.getElementById("filter-count");
  const more = document.getElementById("more");
  const explorer = document.getElementById("explorer");
  const list = document.getElementById("explorer-list");
  const field = (name) => document.getElementById("filter-" + name);
  const words = (number) => number.toLocaleString("en");
  let findings, rows;
  let found = new Uint32Array(0);
  let page = 0;

  const pages = () => Math.max(1, Math.ceil(found.length / Number(field("size").value)));

  const show = () => {
    const size = Number(field("size").value);
    const [from, to] = [page * size, Math.min((page + 1) * size, found.length)];
    list.replaceChildren(...Array.from(found.subarray(from, to), (number) => rows.row(number)));
    if (!found.length) list.append(rows.make("p", "empty", "No finding matches the filter."));
    const of = found.length === findings.total ? words(findings.total) : words(found.length) + " of " + words(findings.total);
    count.textContent = of + " findings" + (found.length ? ", " + words(from + 1) + " to " + words(to) + " shown" : "");
    for (const where of document.querySelectorAll("[data-where]")) {
      where.textContent = "Page " + words(page + 1) + " of " + words(pages());
    }
    const ends = { first: page === 0, previous: page === 0, next: page + 1 >= pages(), last: page + 1 >= pages() };
    for (const button of document.querySelectorAll("[data-turn]")) {
      // Not disabled: a button that is disabled loses the focus, and with it the keyboard its place.
      button.setAttribute("aria-disabled", String(ends[button.dataset.turn]));
    }
  };

  const apply = () => {
    const chosen = Findings.KEYS.filter((key) => field(key).value).map((key) => [key, field(key).value]);
    const terms = field("text").value.toLowerCase().split(/\s+/).filter(Boolean);
    found = findings.matching(Object.fromEntries(chosen), terms, field("sort").value);
    page = 0;
    show();
  };

  const turn = (button) => {
    const targets = { first: 0, previous: page - 1, next: page + 1, last: pages() - 1 };
    const target = Math.min(Math.max(targets[button.dataset.turn], 0), pages() - 1);
    if (target === page) return;
    page = target;
    show();
    if (list.compareDocumentPosition(button) & Node.DOCUMENT_POSITION_FOLLOWING) {
      count.scrollIntoView();
      list.focus({ preventScroll: true });
    }
  };

  // The cards and the sections' links name a verdict: they filter by it.
  const only = (verdict) => {
    form.reset();
    field("verdict").value = verdict;
    apply();
    form.scrollIntoView();
    list.focus({ preventScroll: true });
  };
  const isVerdict = (name) => [...field("verdict").options].some((option) => option.value && option.value === name);

  const listen = () => {
    let timer = 0;
    form.addEventListener("input", (event) => {
      clearTimeout(timer);
      timer = setTimeout(apply, event.target === field("text") ? 150 : 0);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      apply();
    });
    form.addEventListener("reset", () => setTimeout(apply));
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-turn]");
      if (button) turn(button);
      const name = event.target.closest('a[href^="#"]')?.hash.slice(1);
      if (name && isVerdict(name)) event.preventDefault(), only(name);
    });
  };

  const read = async () => {
    const [header, ...chunks] = JSON.parse(data.textContent);
    data.remove();
    findings = new Findings(await unpacked(header));
    for (const chunk of chunks) {
      findings.add(await unpacked(chunk));
      if (findings.chunks.length % 20 === 0) {
        count.textContent = "Reading: " + words(findings.count) + " of " + words(findings.total) + " findings";
        await new Promise((resolve) => setTimeout(resolve));
      }
    }
    if (findings.count !== findings.total) throw new Error("some are missing");
    rows = new Rows(findings);
  };

  const prepare = async () => {
    for (const chunk of findings.chunks) {
      for (const [name, column] of Object.entries(chunk.columns)) findings.prepare(chunk, name, column);
      await new Promise((resolve) => (window.requestIdleCallback ?? setTimeout)(resolve));
    }
  };

  const start = async () => {
    try {
      await read();
    } catch (error) {
      count.textContent = "This browser cannot unpack the other findings (" + error.message + "); those listed here are the first of each rule.";
      return;
    }
    for (const section of document.querySelectorAll("[data-list]")) section.hidden = true;
    field("history").closest(".field").hidden = !findings.codes.history.names.some(Boolean);
    more.hidden = true;
    form.hidden = explorer.hidden = false;
    listen();
    const wanted = location.hash.slice(1);
    if (isVerdict(wanted)) only(wanted);
    else apply();
    prepare();
  };

  start();
})();
