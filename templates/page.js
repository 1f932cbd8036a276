"use strict";
(() => {
  const all = (query, from = document) => [...from.querySelectorAll(query)];
  const number = (text) => {
    const found = text.replace(/[,£%\s]/g, "").replace("−", "-").match(/^-?\d+(\.\d+)?/);
    return found ? Number(found[0]) : null;
  };
  const compare = (a, b) => {
    const x = number(a), y = number(b);
    if (x !== null && y !== null) return x - y;
    if (x !== null || y !== null) return x !== null ? -1 : 1;
    return a.localeCompare(b, "en-GB");
  };
  const sorts = (table) => {
    const body = table.tBodies[0], rows = [...body.rows], heads = all("thead th", table);
    heads.forEach((head, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const text = (row) => row.cells[at].textContent.trim();
        const sorted = rows.slice().sort((a, b) => compare(text(a), text(b)) * (down ? -1 : 1));
        body.append(...sorted);
      });
    });
    return rows;
  };
  all(".tools").forEach((tools) => {
    const table = tools.nextElementSibling.querySelector("table"), filter = tools.querySelector("input");
    const rows = filter ? sorts(table) : [];
    tools.hidden = false;
    if (filter) filter.addEventListener("input", (event) => {
      const wanted = event.target.value.trim().toLowerCase();
      rows.forEach((row) => { row.hidden = !row.textContent.toLowerCase().includes(wanted); });
    });
    const copy = tools.querySelector("button"), says = copy.textContent;
    copy.addEventListener("click", async () => {
      const lines = all("tr", table).filter((row) => !row.hidden);
      const text = lines.map((row) => [...row.cells].map((cell) => cell.textContent.trim()).join("\t")).join("\n");
      try { await navigator.clipboard.writeText(text); copy.textContent = "Copied"; }
      catch { getSelection().selectAllChildren(table); copy.textContent = "Selected: press Ctrl+C"; }
      setTimeout(() => { copy.textContent = says; }, 2500);
    });
  });
  const pinned = new Set();
  const mark = (key, on) => all(`[data-k="${key}"]`).forEach((part) => part.classList.toggle("hi", on));
  const pin = (key) => {
    if (!pinned.delete(key)) pinned.add(key);
    mark(key, pinned.has(key));
  };
  all("[data-k]").forEach((part) => {
    part.addEventListener("pointerenter", () => mark(part.dataset.k, true));
    part.addEventListener("pointerleave", () => mark(part.dataset.k, pinned.has(part.dataset.k)));
    part.addEventListener("click", () => pin(part.dataset.k));
  });
  const said = document.createElement("output");
  all("svg").forEach((picture) => {
    const keys = [...new Set(all("[data-k]", picture).map((part) => part.dataset.k))];
    if (!keys.length) return;
    let at = -1;
    const move = (to) => {
      mark(keys[at], pinned.has(keys[at]));
      at = to;
      mark(keys[at], true);
      const row = all(`tr[data-k="${keys[at]}"] th`)[0];
      said.textContent = row ? row.textContent : "Arrow keys mark, Enter keeps";
    };
    picture.tabIndex = 0;
    picture.onfocus = () => { picture.after(said); move(-1); };
    picture.onblur = () => { move(-1); said.remove(); };
    picture.onkeydown = (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (step) move((Math.max(at, step < 0 ? 0 : -1) + step + keys.length) % keys.length);
      else if (event.key === "Enter" && at >= 0) pin(keys[at]);
      else return;
      event.preventDefault();
    };
  });
  const links = new Map(all(".contents a").map((link) => [link.hash.slice(1), link]));
  const seen = new IntersectionObserver((entries) => entries.forEach((entry) => {
    if (!entry.isIntersecting) return;
    links.forEach((link) => link.removeAttribute("aria-current"));
    const link = links.get(entry.target.getAttribute("aria-labelledby"));
    if (link) link.setAttribute("aria-current", "location");
  }), { rootMargin: "-10% 0px -75% 0px" });
  all("main > section").forEach((section) => seen.observe(section));
})();
