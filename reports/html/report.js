"use strict";
// The page is whole without this script; it adds the filters.
(() => {
  const form = document.getElementById("filters");
  if (!form) return;
  const count = document.getElementById("filter-count");
  const none = document.getElementById("filter-none");
  const field = (name) => document.getElementById("filter-" + name);
  const kinds = ["verdict", "severity", "service", "rule", "place"];
  const groups = [...document.querySelectorAll("[data-group]")].map((element) => ({
    element,
    data: element.dataset,
    fold: element.matches("details") ? element : element.querySelector("details.many"),
    folded: true,
    title: element.querySelector("summary, h4").textContent.toLowerCase() + " " + element.dataset.rule,
    items: [...element.querySelectorAll("[data-finding]")].map((item) => ({ item, data: item.dataset, text: null })),
  }));
  const lists = [...document.querySelectorAll("[data-list]")];
  const total = groups.reduce((sum, group) => sum + group.items.length, 0);
  const words = (number) => number.toLocaleString("en");

  const matches = (data, wanted) => kinds.every((kind) => !wanted[kind] || !(kind in data) || data[kind] === wanted[kind]);

  const apply = () => {
    const wanted = Object.fromEntries(kinds.map((kind) => [kind, field(kind).value]));
    const terms = field("text").value.toLowerCase().split(/\s+/).filter(Boolean);
    const filtered = terms.length > 0 || kinds.some((kind) => wanted[kind]);
    const narrow = terms.length > 0 || Boolean(wanted.rule);
    let shown = 0;
    for (const group of groups) {
      const possible = matches(group.data, wanted);
      let inGroup = 0;
      for (const entry of group.items) {
        let match = possible && matches(entry.data, wanted);
        if (match && terms.length) {
          entry.text ??= entry.item.textContent.toLowerCase() + " " + entry.data.place + " " + group.title;
          match = terms.every((term) => entry.text.includes(term));
        }
        if (entry.item.hidden === match) entry.item.hidden = !match;
        if (match) inGroup += 1;
      }
      group.element.hidden = inGroup === 0;
      // What was looked for by name is shown unfolded; what was unfolded for that is folded again.
      if (group.fold && group.fold.open !== narrow && (narrow ? inGroup > 0 : !group.folded)) {
        group.fold.open = narrow;
        group.folded = !narrow;
      }
      shown += inGroup;
    }
    for (const list of lists) list.hidden = !list.querySelector("[data-group]:not([hidden])");
    none.hidden = shown > 0;
    count.textContent = filtered ? `${words(shown)} of ${words(total)} findings shown` : `${words(total)} findings`;
  };

  let timer = 0;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(apply, 120);
  };
  form.addEventListener("input", soon);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    apply();
  });
  form.addEventListener("reset", () => setTimeout(apply));
  // A link to a list that is filtered away clears the filter first.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const target = link && document.getElementById(link.hash.slice(1));
    if (target && target.hidden) form.reset(), apply();
  });
  form.hidden = false;
  apply();
})();
