// The report's page: tiles and the search filter, links open, lists sort, printing keeps what is shown.
// Without this script the page shows all findings, and they open and close by themselves.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = data.words;

  // a list's rows, each cell as it is printed; rows and words that lists share stand in the data once
  const columns = Object.keys(data.heads);
  const areas = data.numbers.length;

  function cellsOf([facts, ...rest]) {
    const cents = rest.slice(0, areas);
    cents.forEach((area, n) => { if (area === -1) cents[n] = cents[n - 1]; });
    return [
      rest.slice(areas).map((at) => data.ids[at]).join(" ∩ "),
      ...data.facts[facts].map((at) => data.texts[at]),
      ...cents.map((area) => (area === null ? "" : (area / 100).toFixed(2))),
    ];
  }

  function unpacked(key) {
    const list = data.lists[key];
    if (list.heads) return list;
    const places = list.columns.map((name) => columns.indexOf(name));
    list.heads = list.columns.map((name) => data.heads[name]);
    list.numbers = list.columns.filter((name) => data.numbers.includes(name)).length;
    list.rows = list.rows.map((at) => {
      const cells = cellsOf(data.rows[at]);
      return places.map((n) => cells[n]);
    });
    return list;
  }
  const tiles = [...document.querySelectorAll(".tile")];
  const findings = [...document.querySelectorAll("details.finding")];
  const folds = [...document.querySelectorAll("details.folded")];
  const status = document.getElementById("status");
  const units = document.getElementById("units");
  const search = document.getElementById("search");
  let pressed = null;

  for (const fold of folds) fold.open = false;

  function element(name, attributes, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
    node.append(...children); // strings become text nodes
    return node;
  }

  // ---- the filter: a verdict, a unit, words of a finding or numbers of its patches ---------------

  const texts = new Map();

  // what a finding says, its clause, and every patch of the measures that it shows
  function textOf(finding) {
    if (!texts.has(finding)) {
      const lists = [...finding.querySelectorAll(".whole-list")].map((each) => unpacked(each.dataset.list));
      const rows = lists.flatMap((list) => list.rows.map((row) => row.join(" ")));
      texts.set(finding, [finding.textContent, ...rows].join("\n").toLowerCase());
    }
    return texts.get(finding);
  }

  function isShown(finding) {
    if (pressed !== null && finding.dataset.verdict !== pressed) return false;
    if (units && units.value && !finding.dataset.units.split("|").includes(units.value)) return false;
    const wanted = search.value.trim().toLowerCase();
    return !wanted || textOf(finding).includes(wanted);
  }

  function filter(verdict) {
    pressed = verdict;
    const filtered = verdict !== null || Boolean(units && units.value) || search.value.trim() !== "";
    for (const tile of tiles) {
      tile.setAttribute("aria-pressed", String(tile.dataset.verdict === verdict));
    }
    let shown = 0;
    for (const finding of findings) {
      finding.hidden = !isShown(finding);
      if (!finding.hidden) shown += 1;
    }
    for (const fold of folds) {
      const some = [...fold.querySelectorAll("details.finding")].some((each) => !each.hidden);
      fold.open = filtered && some;
      fold.hidden = filtered && !some;
    }
    for (const box of document.querySelectorAll(".town, #together")) {
      const own = [...box.querySelectorAll("details.finding")];
      box.classList.toggle("none", own.every((each) => each.hidden));
      if (box.id === "together") box.hidden = filtered && box.classList.contains("none");
    }
    shown = filterTowns(filtered) ?? shown;
    document.body.classList.toggle("filtered", filtered);
    for (const note of document.querySelectorAll(".filtered-note")) {
      note.hidden = !filtered || shown > 0;
    }
    status.textContent = filtered ? status.dataset.some.replace("#", shown) : status.dataset.all;
  }

  // of many towns the index has no findings: its matrix keeps the towns that have the verdict or the name
  function filterTowns(filtered) {
    if (!document.getElementById("towns")) return undefined;
    let shown = 0;
    const wanted = search.value.trim().toLowerCase();
    for (const row of document.querySelectorAll(".matrix tbody tr")) {
      const named = row.cells[0].textContent.toLowerCase().includes(wanted);
      const has = pressed === null || row.querySelector(pressed === "review" ? ".review, .waits" : `.${pressed}`);
      row.hidden = filtered && !(named && has);
      if (!row.hidden) shown += 1;
    }
    return shown;
  }

  for (const tile of tiles) {
    tile.addEventListener("click", () => {
      filter(tile.getAttribute("aria-pressed") === "true" ? null : tile.dataset.verdict);
    });
  }
  if (units) units.addEventListener("change", () => filter(pressed));
  search.addEventListener("input", () => filter(pressed));
  // a browser keeps what was chosen when the page is loaded again
  if ((units && units.value) || search.value) filter(null);

  // ---- the matrix: a head sorts its rows, names as they are written, figures and verdicts by rank -

  const looks = new Map([...document.querySelectorAll(".matrix-key .mark-cell")].map(
    (each, rank) => [each.classList[1], { rank, word: each.nextSibling.data.trim() }],
  ));
  const lookOf = (mark) => looks.get(mark.className.split(" ").pop());
  const rules = [...document.querySelectorAll(".matrix thead th")].map((each) => each.textContent);

  // of many towns a cell is its mark alone: its row and its column say where it leads
  for (const { cells: [town, , ...cells] } of document.querySelectorAll(".matrix tbody tr")) {
    const link = town.querySelector("a");
    cells.forEach((cell, at) => {
      const mark = cell.firstElementChild;
      if (!mark) return;
      const rule = rules[at + 2];
      if (mark.localName === "b") {
        beside(mark, `${link.dataset.beside}#t1-${rule}`);
        mark.setAttribute("aria-label", `${rule}: ${lookOf(mark).word}`);
      }
      mark.title = `${link.textContent} ${mark.getAttribute("aria-label")}`;
    });
  }

  const lang = document.documentElement.lang;
  const compare = (a, b) => a.localeCompare(b, lang, { numeric: true });

  function turned(head) {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    return down;
  }

  for (const button of document.querySelectorAll(".matrix .sort")) {
    button.addEventListener("click", () => {
      const head = button.closest("th");
      const at = [...head.parentElement.children].indexOf(head);
      const down = turned(head);
      const key = ({ cells: { [at]: { dataset, firstElementChild: shown } } }) => {
        if (dataset.key) return dataset.key;
        if (!shown) return "\uffff";
        return at ? String(lookOf(shown).rank) : shown.textContent;
      };
      const body = button.closest("table").tBodies[0];
      const rows = [...body.rows].sort((a, b) => compare(key(a), key(b)));
      body.append(...(down ? rows.reverse() : rows));
    });
  }

  // ---- the complete list of a measure's patches ---------------------------------------------------

  const PAGE = 200;

  function row(list, cells, number) {
    const first = list.heads.length - list.numbers;
    const line = element("tr", { "data-row": number }, element("td", { class: "mark" }, String(number)));
    cells.forEach((text, n) => {
      const numeric = n >= first;
      line.append(element("td", numeric ? { class: "n", "data-column": list.columns[n] } : {}, text));
    });
    return line;
  }

  function heads(list) {
    const first = list.heads.length - list.numbers;
    const line = element("tr", {}, element("th", { scope: "col" }, element("button", { type: "button", class: "sort" }, words.number)));
    list.heads.forEach((text, n) => {
      const button = element("button", { type: "button", class: "sort" }, text);
      line.append(element("th", { scope: "col", ...(n >= first ? { class: "n" } : {}) }, button));
    });
    return line;
  }

  function csvCell(text) {
    // a spreadsheet would compute what begins so
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return `"${safe.replaceAll('"', '""')}"`;
  }

  function download(list, rows, name) {
    const lines = [[words.number, ...list.heads], ...rows.map(({ cells, number }) => [String(number), ...cells])];
    const text = `\ufeff${lines.map((line) => line.map(csvCell).join(",")).join("\r\n")}\r\n`;
    const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    element("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  // of a list that is too long for the page: where all of it is
  function rest(list) {
    if (list.rows.length === list.count) return [];
    const layer = words.layer.replace("{layer}", list.layer);
    const place = list.file ? decodeURIComponent(list.file) + words.comma + layer : layer;
    const said = words.part.replace("{shown}", list.rows.length).replace("{n}", list.count).replace("{place}", place);
    return [element("p", { class: "soft part" }, said)];
  }

  // the file with all of it: a link where a page lies beside this one that can be asked whether it is there
  function whole(list) {
    const text = words.all.replace("{n}", list.count);
    const neighbour = document.querySelector(".disclaimer [data-beside]");
    if (!neighbour) return element("span", { class: "all-csv" }, `${text}: ${decodeURIComponent(list.file)}`);
    return beside(element("a", { class: "all-csv" }, text), list.file, neighbour.dataset.beside);
  }

  function listBox(button) {
    const list = unpacked(button.dataset.list);
    let rows = list.rows.map((cells, n) => ({ cells, number: n + 1 }));
    let shown = PAGE;
    const body = element("tbody", {});
    const head = heads(list);
    const table = element("table", { class: "pieces" }, element("caption", { class: "sr-only" }, list.title), element("thead", {}, head), body);
    const count = element("span", { class: "soft" });
    const more = element("button", { type: "button" });
    const csv = element("button", { type: "button", class: "csv" }, words.csv);
    const input = element("input", { type: "search", "aria-label": document.querySelector("label[for=search]").textContent });
    const kept = () => {
      const wanted = input.value.trim().toLowerCase();
      return wanted ? rows.filter(({ cells }) => cells.join(" ").toLowerCase().includes(wanted)) : rows;
    };
    function fill() {
      const all = kept();
      body.replaceChildren(...all.slice(0, shown).map(({ cells, number }) => row(list, cells, number)));
      count.textContent = words.shown.replace("{shown}", all.length).replace("{n}", list.count);
      more.hidden = all.length <= shown;
      more.textContent = words.more.replace("{n}", Math.min(PAGE, all.length - shown));
    }
    more.addEventListener("click", () => { shown += PAGE; fill(); });
    input.addEventListener("input", fill);
    csv.addEventListener("click", () => download(list, kept(), `${button.dataset.file}-${button.dataset.list}.csv`));
    [...head.children].forEach((cell, at) => {
      cell.querySelector("button").addEventListener("click", () => {
        const down = turned(cell);
        const key = ({ cells, number }) => (at ? cells[at - 1] : String(number));
        // digits before other words: an area is a number, however long
        rows.sort((a, b) => (Number(key(a)) - Number(key(b))) || compare(key(a), key(b)));
        if (down) rows.reverse();
        fill();
      });
    });
    fill();
    const tools = element("div", { class: "list-tools" }, input, count, csv, more);
    if (list.file) csv.before(whole(list));
    return element("div", { class: "list-box" }, ...rest(list), tools, element("div", { class: "list", tabindex: "0", role: "region", "aria-label": list.title }, table));
  }

  for (const button of document.querySelectorAll(".whole-list")) {
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") === "true";
      button.setAttribute("aria-expanded", String(!open));
      const head = button.closest("th");
      if (open) head.querySelector(".list-box").remove();
      else head.append(listBox(button));
    });
  }

  // ---- the clause in its context: shown at the finding, without leaving it -------------------------

  for (const link of document.querySelectorAll(".context a")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const shown = link.parentElement.nextElementSibling;
      if (shown && shown.matches(".in-context")) {
        shown.remove();
        return;
      }
      const text = document.querySelector(`${link.getAttribute("href")} p`).cloneNode(true);
      text.classList.add("in-context");
      link.parentElement.after(text);
    });
  }

  // ---- what a reviewer writes goes along when the page is saved -----------------------------------

  for (const field of document.querySelectorAll(".opinion textarea")) {
    field.addEventListener("input", () => { field.textContent = field.value; });
  }

  // ---- links ------------------------------------------------------------------------------------------

  function reveal(place) {
    if (place.hidden) {
      if (units) units.value = "";
      search.value = "";
      filter(null);
    }
    const fold = place.closest("details.folded");
    if (fold) fold.open = true;
    if (place.matches("details")) place.open = true;
    place.scrollIntoView({ block: "start" });
  }

  // report.html#t1-LAND-03, and report.html#town=CODE&rule=ID as the map writes it
  function followAddress() {
    const name = decodeURIComponent(location.hash.slice(1));
    const direct = findings.find((each) => each.id === name);
    const wanted = new URLSearchParams(location.hash.slice(1));
    const meant = direct || findings.find(
      (each) => each.dataset.rule === wanted.get("rule")
        && each.dataset.town === (wanted.get("town") || ""),
    );
    if (meant) {
      reveal(meant);
      if (direct) meant.querySelector("summary").focus({ preventScroll: true });
    }
    // of many towns the findings stand in pages of their own
    const code = wanted.get("town");
    const line = code && [...document.querySelectorAll(".matrix tr")].find((each) => each.dataset.town === code);
    const page = !meant && line && line.querySelector("[data-beside]");
    if (page) location.replace(page.dataset.beside + location.hash);
    // the pieces of a cell of the indicator need lie in a list that is closed at first
    const cell = document.getElementById(name);
    const list = cell && cell.closest("details.cells");
    if (list) {
      list.open = true;
      cell.scrollIntoView({ block: "start" });
    }
  }
  window.addEventListener("hashchange", followAddress);
  followAddress();

  // ---- print: what is filtered stays so; the short one leaves out what nobody signs ----------------

  let closed = [];
  const asShort = Boolean(document.querySelector('.print[data-as="short"]'));
  document.body.classList.toggle("print-short", asShort);

  function annex() {
    const box = document.getElementById("annex");
    box.replaceChildren();
    if (!document.body.classList.contains("print-short")) return;
    let number = 0;
    const done = new Set();
    for (const button of document.querySelectorAll(".finding:is(.fail, .review):not([hidden], .waits) .whole-list[data-decides]")) {
      const list = unpacked(button.dataset.list);
      if (done.has(button.dataset.list)) continue;
      done.add(button.dataset.list);
      number += 1;
      const town = button.closest(".town").querySelector("h2").textContent;
      const title = words.annex.replace("{n}", number).replace("{title}", `${town} · ${list.title} (${list.rules.join(", ")})`);
      const thead = heads(list);
      // a head that holds a button is not repeated on the pages that follow
      for (const button of thead.querySelectorAll("button")) button.replaceWith(button.textContent);
      const body = element("tbody", {}, ...list.rows.map((cells, n) => row(list, cells, n + 1)));
      const table = element("table", { class: "pieces" }, element("thead", {}, thead), body);
      box.append(element("section", { class: "annex-list" }, element("h3", {}, title), ...rest(list), table));
    }
  }

  window.addEventListener("beforeprint", () => {
    const short = document.body.classList.contains("print-short");
    closed = [...findings, ...folds].filter((each) => !each.open && !(short && !each.matches(".fail, .review")));
    for (const each of closed) each.open = true;
    annex();
  });
  window.addEventListener("afterprint", () => {
    for (const each of closed) each.open = false;
    document.body.classList.toggle("print-short", asShort);
    document.body.classList.remove("print-sheets");
    document.getElementById("annex").replaceChildren();
  });
  for (const button of document.querySelectorAll("[data-print]")) {
    button.addEventListener("click", () => {
      for (const kind of ["short", "sheets"]) {
        document.body.classList.toggle(`print-${kind}`, button.dataset.print === kind);
      }
      window.print();
    });
  }

  const paper = document.getElementById("paper");
  const onPaper = () => document.body.classList.toggle("paper-a3", paper.value === "a3");
  if (paper) {
    paper.addEventListener("change", onPaper);
    onPaper();
  }
})();
