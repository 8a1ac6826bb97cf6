// The report's page: tiles filter, links open, printing shows everything. Without this script the
// page shows all findings, and they open and close by themselves.
(() => {
  const tiles = [...document.querySelectorAll(".tile")];
  const findings = [...document.querySelectorAll("details.finding")];
  const status = document.getElementById("status");

  const units = document.getElementById("units");
  let pressed = null;

  function ours(finding) {
    return !units || !units.value || finding.dataset.units.split("|").includes(units.value);
  }

  function filter(verdict) {
    pressed = verdict;
    for (const tile of tiles) {
      tile.setAttribute("aria-pressed", String(tile.dataset.verdict === verdict));
    }
    let shown = 0;
    for (const finding of findings) {
      finding.hidden =
        (verdict !== null && finding.dataset.verdict !== verdict) || !ours(finding);
      if (!finding.hidden) shown += 1;
    }
    for (const note of document.querySelectorAll(".filtered")) {
      const others = [...note.parentElement.querySelectorAll("details.finding")];
      note.hidden = !others.length || others.some((each) => !each.hidden);
    }
    status.textContent =
      verdict === null && !(units && units.value) ? status.dataset.all : status.dataset.some.replace("#", shown);
  }

  for (const tile of tiles) {
    tile.addEventListener("click", () => {
      filter(tile.getAttribute("aria-pressed") === "true" ? null : tile.dataset.verdict);
    });
  }

  if (units) {
    units.addEventListener("change", () => filter(pressed));
    if (units.value) filter(null); // a browser keeps what was chosen when the page is loaded again
  }

  function reveal(place) {
    if (place.hidden && units) units.value = "";
    if (place.hidden) filter(null);
    place.open = true;
    place.scrollIntoView({ block: "start" });
  }

  for (const cell of document.querySelectorAll(".matrix a.mark-cell")) {
    cell.title = `${cell.closest("tr").cells[0].dataset.key} ${cell.getAttribute("aria-label")}`;
  }

  // a head of the matrix sorts its rows: names as they are written, figures and verdicts by rank
  for (const button of document.querySelectorAll(".matrix .sort")) {
    button.addEventListener("click", () => {
      const head = button.closest("th");
      const at = [...head.parentElement.children].indexOf(head);
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = (row) => row.children[at].dataset.key || "\uffff";
      const body = button.closest("table").tBodies[0];
      const order = (a, b) => key(a).localeCompare(key(b), document.documentElement.lang, { numeric: true });
      const rows = [...body.rows].sort(order);
      body.append(...(down ? rows.reverse() : rows));
    });
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
    if (meant) reveal(meant);
    // of many towns the findings stand in pages of their own
    const code = wanted.get("town");
    const row = code && [...document.querySelectorAll("tr[data-href]")].find((each) => each.dataset.town === code);
    if (!meant && row && !row.dataset.href.startsWith("#")) location.replace(row.dataset.href + location.hash);
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

  let closed = [];
  window.addEventListener("beforeprint", () => {
    filter(null);
    closed = findings.filter((finding) => !finding.open);
    for (const finding of closed) finding.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const finding of closed) finding.open = false;
  });
})();
