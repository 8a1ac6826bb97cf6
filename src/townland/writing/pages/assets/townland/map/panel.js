// The panel beside the map: towns, findings with their places, layers with their legend.
"use strict";

(() => {
  const { data, words, layers, state, element, sentence, say, outlines } = townland;
  const findingButtons = new Map();

  function chip(verdict) {
    const look = data.verdicts[verdict];
    return element(
      "span", { class: `chip ${verdict}` },
      element("b", { "aria-hidden": "true" }, look.mark), look.word,
    );
  }

  function ofTown() {
    return data.findings.filter((finding) => finding.town === state.town);
  }

  // ---- towns -----------------------------------------------------------------------------------

  function fillTowns() {
    const choice = document.getElementById("town");
    data.towns.forEach((town, n) => choice.append(element("option", { value: n }, town.name)));
    if (data.findings.some((finding) => finding.town === null)) {
      choice.append(element("option", { value: "all" }, words.together));
    }
    choice.closest("label").hidden = choice.options.length < 2;
    choice.addEventListener("change", () => goToTown(choice.value === "all" ? null : Number(choice.value)));
  }

  function goToTown(town) {
    chooseTown(town);
    select(gravest(), { zoom: false });
    showTown(true);
  }

  function chooseTown(town) {
    state.town = town;
    townland.sheets.get("boundary").soon();
    document.getElementById("town").value = town === null ? "all" : town;
    const name = document.getElementById("town-name");
    const area = document.getElementById("town-area");
    name.textContent = town === null ? words.together : data.towns[town].name;
    area.replaceChildren(...(town === null ? [] : [townland.areaLine(data.towns[town].area)]));
    if (town !== null && data.towns[town].map) {
      // of many towns each has a map of its own, where its pieces are drawn
      const link = beside(element("a", {}, words.town_map), data.towns[town].map);
      area.append(element("p", {}, link));
    }
    data.towns.forEach((each, n) => {
      each.label?.getElement()?.firstChild.setAttribute("aria-pressed", String(n === town));
    });
    if (state.started) townland.arrangeNames();
    fillFindings();
  }

  function showTown(animate) {
    const bounds = L.latLngBounds([]);
    data.towns.forEach((town, n) => {
      if (state.town === null || n === state.town) bounds.extend(town.bounds);
    });
    // the tools, the town's name and the readout stand beside the land, not on it
    state.map.fitBounds(bounds, { paddingTopLeft: [56, 36], paddingBottomRight: [18, 62], animate });
  }

  // ---- findings --------------------------------------------------------------------------------

  function fillFindings() {
    const list = document.getElementById("findings");
    list.replaceChildren();
    findingButtons.clear();
    for (const finding of ofTown()) {
      const button = element(
        "button", { type: "button", class: "finding", "aria-expanded": "false" },
        element("span", { class: "finding-head" },
          element("code", {}, finding.rule), chip(finding.look)),
        element("span", { class: "finding-title" }, finding.title),
        element("span", { class: "finding-figures" },
          `${words.measured} ${finding.measured}`, element("i", {}, `${words.limit} ${finding.limit}`)),
      );
      button.addEventListener("click", () => {
        if (state.finding === finding) select(null);
        else select(finding);
      });
      const detail = element("div", { class: "detail", hidden: "" });
      list.append(element("li", { class: finding.look }, button, detail));
      findingButtons.set(finding, { button, detail });
    }
    if (!list.children.length) list.append(element("li", { class: "none" }, words.no_findings));
  }

  // What a town opens with: the gravest finding that needs a reader and has a place.
  function gravest() {
    const grave = ofTown().filter((finding) => ["fail", "review"].includes(finding.verdict));
    return grave.find((finding) => evidence(finding).length) || null;
  }

  // Each measure that the finding's reason names, with its pieces; what decides stands first.
  function shown(finding) {
    return finding.figures.map((figure) => {
      const layer = layers.get(figure.layer);
      const pieces = layer.features.filter((f) => finding.town === null || f.town === finding.town);
      const numbered = pieces.filter((piece) => piece.spot).slice(0, figure.places);
      return { figure, layer, pieces, numbered };
    });
  }

  const framed = (layer) => !data.patterns[layer.styles[0].pattern].path;

  // The pieces of a finding: of what is hatched, or of all where everything is a frame.
  function evidence(finding) {
    const groups = shown(finding);
    const hatched = groups.filter(({ layer }) => !framed(layer));
    return (hatched.length ? hatched : groups).flatMap(({ pieces }) => pieces);
  }

  function close(finding) {
    const before = findingButtons.get(finding);
    if (!before) return;
    before.button.setAttribute("aria-expanded", "false");
    before.detail.hidden = true;
  }

  // One finding's evidence at a time; what was switched on by hand stays.
  function showEvidence(groups) {
    const named = new Set(groups.map(({ layer }) => layer));
    for (const layer of layers.values()) {
      if (layer.kind === "measure") show(layer, named.has(layer) || state.byHand.has(layer));
    }
    const rank = ({ layer }) => (framed(layer) ? 0 : 1);
    for (const { layer } of [...groups].reverse().sort((a, b) => rank(a) - rank(b))) layer.group.bringToFront();
  }

  const marks = () => state.marks || (state.marks = L.layerGroup().addTo(state.map));

  function markPlaces(groups) {
    for (const { figure, numbered } of groups) {
      const shapes = numbered.map((piece) => piece.shape);
      if (shapes.length) {
        const colour = numbered[0].layer.styles[numbered[0].style].colour;
        const looks = [{ line: "#fff", width: 4, lineAlpha: 0.9 }, { line: colour, width: 2.2 }];
        outlines("highlight", shapes, looks).addTo(marks());
      }
      numbered.forEach((piece, n) => number(piece, `${figure.letter}${n + 1}`));
    }
    townland.arrangeNumbers();
  }

  function select(finding, { zoom = true } = {}) {
    close(state.finding);
    marks().clearLayers();
    state.finding = finding;
    const groups = finding ? shown(finding) : [];
    showEvidence(groups);
    townland.remember();
    if (!finding) return;
    const { button, detail } = findingButtons.get(finding);
    markPlaces(groups);
    detail.replaceChildren(...details(finding, groups));
    detail.hidden = false;
    button.setAttribute("aria-expanded", "true");
    if (zoom) {
      zoomTo(evidence(finding));
      say(sentence(words.shown, { finding: `${finding.rule} ${finding.title}` }));
    }
  }

  function zoomTo(pieces) {
    state.zoomed = true;
    if (!pieces.length) {
      showTown(true);
      return;
    }
    const bounds = L.latLngBounds([]);
    for (const piece of pieces) bounds.extend(piece.bounds);
    state.map.fitBounds(bounds, { padding: [48, 48], maxZoom: 18 });
  }

  function number(piece, n) {
    const badge = element("span", { class: "badge" }, n);
    badge.style.background = piece.layer.styles[piece.style].colour;
    const lead = element("i", { class: "lead" });
    lead.style.background = badge.style.background;
    const html = element("div", {}, badge, lead);
    const icon = L.divIcon({ html, className: "number", iconSize: [townland.BADGE, townland.BADGE] });
    L.marker([piece.spot[1] / 1e7, piece.spot[0] / 1e7], {
      icon, pane: "numbers", title: `${words.piece} ${n}`, alt: `${words.piece} ${n}`,
    })
      .on("click", () => townland.showPiece(piece))
      .addTo(marks());
  }

  // A measure of a finding: its sign, its sums, and its largest pieces.
  function listed({ figure, layer, numbered }) {
    const sums = `${words.gross} ${figure.gross} · ${words.net} ${figure.net}`;
    const head = element(
      "p", { class: "sign" }, townland.swatch(layer, layer.styles[0]), element("b", {}, figure.letter),
      element("span", {}, layer.title), element("small", {}, figure.role),
    );
    const list = element("ol", { class: "pieces" });
    numbered.forEach((piece, n) => {
      const button = element(
        "button", { type: "button" }, element("b", {}, `${figure.letter}${n + 1}`),
        element("span", {}, [piece.name, piece.id].filter(Boolean).join(" "),
          element("small", {}, piece.facts.join(" · "))),
        element("span", { class: "figure" }, `${piece.area[0]} ${words.m2}`),
      );
      button.addEventListener("click", () => townland.showPiece(piece));
      list.append(element("li", {}, button));
    });
    const all = sentence(numbered.length < figure.count ? words.some : words.pieces, {
      shown: numbered.length, n: figure.count, layer: layer.title,
    });
    return [head, element("p", { class: "label" }, all), list, element("p", { class: "sums" }, sums)];
  }

  function details(finding, groups) {
    const parts = [element("p", {}, finding.why)];
    if (!groups.length) parts.push(element("p", { class: "none" }, words.nothing));
    for (const group of groups) parts.push(...listed(group));
    const report = document.body.querySelector("a[data-report]");
    if (report) {
      const link = element("a", {}, report.dataset.report);
      beside(link, `${report.dataset.beside}#${townland.fragment(finding)}`);
      parts.push(element("p", {}, link));
    }
    return parts;
  }

  // ---- layers ----------------------------------------------------------------------------------

  function show(layer, on) {
    if (on) state.map.addLayer(layer.group);
    else state.map.removeLayer(layer.group);
    if (layer.box) layer.box.checked = on;
  }

  function layerItem(layer) {
    layer.box = element("input", { type: "checkbox" });
    layer.box.checked = state.map.hasLayer(layer.group);
    layer.box.addEventListener("change", () => {
      show(layer, layer.box.checked);
      if (layer.box.checked) state.byHand.add(layer);
      else state.byHand.delete(layer);
      townland.remember();
    });
    const one = layer.styles.length === 1 && layer.styles[0].title === layer.title;
    const count = sentence(words.pieces, { n: layer.features.length });
    const label = element(
      "label", {}, layer.box, ...(one ? [townland.swatch(layer, layer.styles[0])] : []),
      element("span", { class: "layer-title" }, layer.title), element("small", {}, count),
    );
    const item = element("li", { class: layer.kind }, label);
    if (layer.kind === "plan") {
      const line = element("i", { "aria-hidden": "true" });
      item.append(element("p", { class: "outline-key" }, line, words.construction));
    }
    if (!one) {
      const legend = element("ul", { class: "legend" });
      for (const style of layer.styles) {
        legend.append(element("li", {}, townland.swatch(layer, style), element("span", {}, style.title)));
      }
      item.append(legend);
    }
    return item;
  }

  function fillLayers() {
    const list = document.getElementById("layers");
    const minor = element("ul", {});
    // evidence first, and the gravest of it first: the reverse of the drawing order
    const order = townland.ORDER;
    const sorted = [...layers.values()].reverse().sort((a, b) => order[b.kind] - order[a.kind]);
    for (const layer of sorted) (layer.minor ? minor : list).append(layerItem(layer));
    if (minor.children.length) {
      const fold = element("details", {}, element("summary", {}, words.minor), minor);
      list.append(element("li", {}, fold));
    }
    document.getElementById("simplified").textContent = data.simplified;
  }

  // ---- imagery or relief behind everything ------------------------------------------------------

  function showBackground(on) {
    const relief = data.backgrounds.every((picture) => picture.kind === "relief");
    const land = state.map.getPane("land");
    // the land's colours take the relief's shades; over imagery they are half seen through
    state.map.getPane("land").style.mixBlendMode = on && relief ? "multiply" : "";
    if (on && !relief && state.alpha.land === undefined) land.style.opacity = 0.45;
    else land.style.opacity = state.alpha.land ?? "";
    if (on) state.map.addLayer(state.background);
    else state.map.removeLayer(state.background);
  }

  function fillBackground() {
    if (!data.backgrounds.length) return;
    state.background = L.layerGroup(data.backgrounds.map((picture) =>
      L.imageOverlay(picture.url, picture.bounds, { pane: "background", interactive: false, className: "soft" })));
    const titles = [...new Set(data.backgrounds.map((picture) => picture.title))].join(" / ");
    const sources = [...new Set(data.backgrounds.map((picture) => picture.source))].join(" / ");
    const text = element("span", {}, `${titles}: ${sources}`);
    state.map.attributionControl.addAttribution(text.innerHTML); // escaped by textContent
    const box = element("input", { type: "checkbox", id: "background" });
    box.checked = true;
    box.addEventListener("change", () => showBackground(box.checked));
    const label = element(
      "label", {}, box, element("span", { class: "layer-title" }, titles), element("small", {}, sources),
    );
    document.getElementById("layers").append(element("li", { class: "other" }, label));
    showBackground(true);
  }

  Object.assign(townland, {
    fillTowns, chooseTown, goToTown, showTown, fillLayers, fillBackground, showBackground, show, select, gravest,
    ofTown, evidence, findingButtons,
  });
})();
