// The map's page: draws what the page's data island holds, and links findings to their places.
// Names and sentences of the data only ever become text (textContent), never HTML.
"use strict";

const townland = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = data.words;
  const layers = new Map(data.layers.map((layer) => [layer.key, layer]));
  const CHOSEN = { color: "#111", weight: 2.8 };
  const NEIGHBOUR = { color: "#555", weight: 1.4 };
  const ORDER = { land: 0, plan: 1, other: 2, measure: 3 };
  const state = { map: null, town: null, finding: null, byHand: new Set() };
  const findingButtons = new Map();

  // ---- small helpers --------------------------------------------------------------------------

  function element(name, attributes, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key === "class") node.className = value;
      else node.setAttribute(key, value);
    }
    for (const child of children) node.append(child); // strings become text nodes
    return node;
  }

  function say(text) {
    document.getElementById("status").textContent = text;
  }

  // ---- geometry: whole numbers of 1e-7 degrees, first the point, then the steps ----------------

  function decodeRing(steps) {
    const ring = [];
    let lon = 0;
    let lat = 0;
    for (let i = 0; i < steps.length; i += 2) {
      lon += steps[i];
      lat += steps[i + 1];
      ring.push([lat / 1e7, lon / 1e7]);
    }
    return ring;
  }

  function decode(polygons) {
    return polygons.map((rings) => rings.map(decodeRing));
  }

  function inRing(ring, lat, lng) {
    let inside = false;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [yi, xi] = ring[i];
      const [yj, xj] = ring[j];
      if (yi > lat !== yj > lat && lng < ((xj - xi) * (lat - yi)) / (yj - yi) + xi) inside = !inside;
    }
    return inside;
  }

  function contains(feature, latlng) {
    if (!feature.bounds.contains(latlng)) return false;
    return feature.shape.some(
      (rings) => rings.filter((ring) => inRing(ring, latlng.lat, latlng.lng)).length % 2 === 1,
    );
  }

  // ---- hatches: tiles drawn once for each pattern and colour -----------------------------------

  const hatches = new Map();

  function hatchTile(style) {
    const pattern = data.patterns[style.pattern];
    const ratio = Math.max(1, Math.round(window.devicePixelRatio || 1));
    const tile = document.createElement("canvas");
    tile.width = tile.height = pattern.size * ratio;
    const pen = tile.getContext("2d");
    pen.scale(ratio, ratio);
    const path = new Path2D(pattern.path);
    // a light ground under the lines keeps them legible on every colour of land
    pen.fillStyle = "rgba(255,255,255,.30)";
    if (!pattern.path) {
      // a frame holds what is hatched: the land under it stays as it is, but for a tint
      pen.globalAlpha = 0.1;
      pen.fillStyle = style.colour;
    }
    pen.fillRect(0, 0, pattern.size, pattern.size);
    pen.globalAlpha = 1;
    pen.strokeStyle = pen.fillStyle = style.colour;
    pen.lineWidth = pattern.width;
    if (pattern.dots) pen.fill(path);
    else pen.stroke(path);
    return { tile, ratio };
  }

  function hatch(style) {
    const key = `${style.pattern} ${style.colour}`;
    if (!hatches.has(key)) {
      const { tile, ratio } = hatchTile(style);
      const fill = tile.getContext("2d").createPattern(tile, "repeat");
      fill.setTransform(new DOMMatrix().scale(1 / ratio));
      hatches.set(key, fill);
    }
    return hatches.get(key);
  }

  function swatch(layer, style) {
    const canvas = element("canvas", { class: "swatch", "aria-hidden": "true" });
    const ratio = 2;
    canvas.width = 26 * ratio;
    canvas.height = 16 * ratio;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const look = pathStyle(layer, style);
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, 26, 16);
    if (style.pattern) {
      const fill = pen.createPattern(hatchTile(style).tile, "repeat");
      const own = Math.max(1, Math.round(window.devicePixelRatio || 1));
      fill.setTransform(new DOMMatrix().scale(1 / own));
      pen.fillStyle = fill;
    } else {
      pen.globalAlpha = look.fillOpacity;
      pen.fillStyle = look.fillColor || "#fff";
    }
    pen.fillRect(0, 0, 26, 16);
    pen.globalAlpha = 1;
    pen.strokeStyle = layer.kind === "land" ? "#8b8f86" : look.color;
    pen.lineWidth = layer.kind === "land" ? 1 : 2;
    if (look.dashArray) pen.setLineDash(look.dashArray.split(" ").map(Number));
    pen.strokeRect(0.5, 0.5, 25, 15);
    return canvas;
  }

  function pathStyle(layer, style) {
    if (layer.kind === "land") {
      return { color: "#fff", weight: 0.8, opacity: 0.85, fillColor: style.fill, fillOpacity: 1 };
    }
    if (layer.kind === "plan") {
      if (style.faint) return { color: "#7d8794", weight: 0.6, opacity: 0.7, fillOpacity: 0 };
      return { color: "#24407c", weight: 0.9, opacity: 0.6, fillColor: style.fill, fillOpacity: 0.42 };
    }
    const pattern = data.patterns[style.pattern];
    return {
      color: style.colour, weight: pattern.path ? 1.3 : pattern.width, opacity: 1,
      fillColor: hatch(style), fillOpacity: 1, dashArray: pattern.dash || null,
    };
  }

  // ---- drawing: called by the Folium elements of the map, one call for each feature group -------

  function draw(group, key) {
    const layer = layers.get(key);
    layer.group = group;
    const looks = layer.styles.map((style) => pathStyle(layer, style));
    layer.features = layer.features.map(([town, style, name, id, area, shape, facts, spot]) => {
      const rings = typeof shape === "number" ? data.shapes[shape] : shape;
      const feature = { layer, town, style, name, id, area, facts, spot, shape: decode(rings) };
      feature.bounds = L.latLngBounds(feature.shape.flat(2));
      L.polygon(feature.shape, {
        ...looks[style], pane: layer.kind, interactive: false, smoothFactor: 0.6,
      }).addTo(group);
      return feature;
    });
    if (layer.kind === "plan") {
      for (const town of data.towns) {
        L.polygon(decode(town.built), {
          pane: "plan", interactive: false, fill: false, color: "#1d3a7a", weight: 2, dashArray: "7 4",
        }).addTo(group);
      }
    }
  }

  function drawBoundaries(group) {
    for (const town of data.towns) {
      town.shape = decode(town.rings);
      const line = { pane: "boundary", interactive: false, fill: false, lineJoin: "round" };
      L.polygon(town.shape, { ...line, color: "#fff", weight: 7, opacity: 0.85 }).addTo(group);
      town.line = L.polygon(town.shape, { ...line, ...NEIGHBOUR }).addTo(group);
    }
  }

  // ---- what lies at a place --------------------------------------------------------------------

  function at(latlng) {
    const hits = [];
    for (const layer of layers.values()) {
      if (!layer.group || !state.map.hasLayer(layer.group)) continue;
      for (const feature of layer.features) if (contains(feature, latlng)) hits.push(feature);
    }
    // what was drawn last lies on top
    return hits.reverse().sort((a, b) => ORDER[b.layer.kind] - ORDER[a.layer.kind]);
  }

  function describe(feature) {
    const box = element("div", { class: "what" });
    const layer = feature.layer;
    const group = layer.styles[feature.style].title;
    box.append(element("p", { class: "what-layer" }, layer.title));
    const name = feature.name || (group === layer.title ? "" : group);
    if (name) box.append(element("p", { class: "what-name" }, name));
    if (feature.id) box.append(element("p", {}, `${words.id} ${feature.id}`));
    if (feature.area.length) box.append(areaLine(feature.area));
    const facts = (feature.facts || []).map((fact) => data.facts[fact]);
    if (facts.length) box.append(element("p", { class: "what-facts" }, facts.join(" · ")));
    return box;
  }

  function areaLine([m2, ha, mu]) {
    return element("p", { class: "what-area" }, `${m2} ${words.m2} · ${ha} ${words.ha} · ${mu} ${words.mu}`);
  }

  function startHover(map) {
    const tooltip = L.tooltip({ className: "tip", direction: "auto", offset: [14, 0], opacity: 1 });
    let waiting = false;
    let place = null;
    map.on("mousemove", (event) => {
      place = event.latlng;
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        const found = place && !state.popup && at(place)[0];
        if (!found) map.closeTooltip(tooltip);
        else map.openTooltip(tooltip.setContent(describe(found)).setLatLng(place));
      });
    });
    map.on("popupopen", () => {
      state.popup = true;
      map.closeTooltip(tooltip);
    });
    map.on("popupclose", () => { state.popup = false; });
    map.on("mouseout", () => {
      place = null;
      map.closeTooltip(tooltip);
    });
    map.on("click", (event) => {
      const hits = at(event.latlng);
      if (!hits.length) return;
      map.closeTooltip(tooltip);
      const box = element("div", { class: "popup" }, element("h3", {}, words.here));
      for (const hit of hits.slice(0, 6)) box.append(describe(hit));
      openPopup(event.latlng, box);
    });
  }

  function openPopup(latlng, content) {
    const popup = L.popup({ maxWidth: 320, autoPanPadding: [24, 24] })
      .setLatLng(latlng)
      .setContent(content)
      .openOn(state.map);
    const close = popup.getElement().querySelector(".leaflet-popup-close-button");
    close.setAttribute("aria-label", words.close);
  }

  // ---- controls on the map ---------------------------------------------------------------------

  function vector(name, attributes, ...children) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  }

  function northArrow() {
    return element("div", { class: "north" },
      vector("svg", { viewBox: "0 0 24 44", role: "img", "aria-label": words.north },
        vector("path", { d: "M12 2 L20 27 L12 21.5 L4 27 Z" }),
        vector("text", { x: 12, y: 41, "text-anchor": "middle" }, words.north)));
  }

  function corners() {
    return vector("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" },
      vector("path", { d: "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" }));
  }

  function control(position, build) {
    const Own = L.Control.extend({ options: { position }, onAdd: build });
    new Own().addTo(state.map);
  }

  function wholeButton() {
    const box = element("div", { class: "leaflet-bar" });
    const button = element(
      "a", { href: "#", role: "button", class: "whole", title: words.whole, "aria-label": words.whole }, corners(),
    );
    L.DomEvent.disableClickPropagation(box);
    button.addEventListener("click", (event) => {
      event.preventDefault();
      showTown(true);
    });
    box.append(button);
    return box;
  }

  // ---- the panel: towns, findings, layers ------------------------------------------------------

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

  function fillTowns() {
    const choice = document.getElementById("town");
    data.towns.forEach((town, n) => choice.append(element("option", { value: n }, town.name)));
    if (data.findings.some((finding) => finding.town === null)) {
      choice.append(element("option", { value: "all" }, words.together));
    }
    choice.closest("label").hidden = choice.options.length < 2;
    choice.addEventListener("change", () => {
      chooseTown(choice.value === "all" ? null : Number(choice.value));
      select(gravest(), { zoom: false });
      showTown(true);
    });
  }

  function chooseTown(town) {
    state.town = town;
    data.towns.forEach((each, n) => {
      const chosen = town === null || n === town;
      each.line.setStyle(chosen ? CHOSEN : NEIGHBOUR);
      if (chosen) each.line.bringToFront();
    });
    document.getElementById("town").value = town === null ? "all" : town;
    const name = document.getElementById("town-name");
    const area = document.getElementById("town-area");
    name.textContent = town === null ? words.together : data.towns[town].name;
    area.replaceChildren(...(town === null ? [] : [areaLine(data.towns[town].area)]));
    if (town !== null && data.towns[town].map) {
      // of many towns each has a map of its own, where its pieces are drawn
      const link = element("a", { href: data.towns[town].map }, words.town_map);
      area.append(element("p", {}, link));
    }
    fillFindings();
  }

  // Names of towns that have maps of their own; one that would hide another shows when there is room.
  function nameTowns(map) {
    if (!data.towns.some((town) => town.map)) return;
    for (const town of data.towns) {
      const worst = data.findings.find((finding) => finding.town === data.towns.indexOf(town));
      const mark = worst ? `${data.verdicts[worst.look].mark} ` : "";
      const icon = L.divIcon({ html: element("span", {}, mark + town.name), className: "town-name-label", iconSize: null });
      town.label = L.marker(L.latLngBounds(town.bounds).getCenter(), { icon, interactive: false, pane: "numbers" });
      town.label.addTo(map);
    }
    const arrange = () => {
      const taken = [];
      for (const town of data.towns) {
        const text = town.label.getElement().firstChild;
        text.hidden = false;
        const box = text.getBoundingClientRect();
        text.hidden = taken.some((b) => box.left < b.right && b.left < box.right && box.top < b.bottom && b.top < box.bottom);
        if (!text.hidden) taken.push(box);
      }
    };
    map.on("zoomend resize", arrange);
    arrange();
    map.on("click", (event) => {
      const hit = at(event.latlng).find((feature) => feature.layer.key === "towns");
      if (hit) {
        chooseTown(hit.town);
        select(gravest(), { zoom: false });
      }
    });
  }

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

  function layerItem(layer) {
    layer.box = element("input", { type: "checkbox" });
    layer.box.checked = state.map.hasLayer(layer.group);
    layer.box.addEventListener("change", () => {
      show(layer, layer.box.checked);
      if (layer.box.checked) state.byHand.add(layer);
      else state.byHand.delete(layer);
    });
    const one = layer.styles.length === 1 && layer.styles[0].title === layer.title;
    const count = words.pieces.replace("{n}", layer.features.length);
    const label = element(
      "label", {}, layer.box, ...(one ? [swatch(layer, layer.styles[0])] : []),
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
        legend.append(element("li", {}, swatch(layer, style), element("span", {}, style.title)));
      }
      item.append(legend);
    }
    return item;
  }

  function fillLayers() {
    const list = document.getElementById("layers");
    const minor = element("ul", {});
    // evidence first, and the gravest of it first: the reverse of the drawing order
    const sorted = [...layers.values()].reverse().sort((a, b) => ORDER[b.kind] - ORDER[a.kind]);
    for (const layer of sorted) (layer.minor ? minor : list).append(layerItem(layer));
    if (minor.children.length) {
      const fold = element("details", {}, element("summary", {}, words.minor), minor);
      list.append(element("li", {}, fold));
    }
  }

  // ---- imagery or relief behind everything ------------------------------------------------------

  function showBackground(on) {
    const relief = data.backgrounds.every((picture) => picture.kind === "relief");
    const land = state.map.getPane("land");
    // the land's colours take the relief's shades; over imagery they are half seen through
    land.style.mixBlendMode = on && relief ? "multiply" : "";
    land.style.opacity = on && !relief ? 0.45 : "";
    if (on) state.map.addLayer(state.background);
    else state.map.removeLayer(state.background);
  }

  function fillBackground() {
    if (!data.backgrounds.length) return;
    state.background = L.layerGroup(data.backgrounds.map((picture) =>
      L.imageOverlay(picture.url, picture.bounds, { pane: "background", interactive: false })));
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

  function show(layer, on) {
    if (on) state.map.addLayer(layer.group);
    else state.map.removeLayer(layer.group);
    if (layer.box) layer.box.checked = on;
  }

  // ---- from a finding to its place -------------------------------------------------------------

  const marks = () => state.marks || (state.marks = L.layerGroup().addTo(state.map));

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

  // The pieces of a finding: of what is hatched, or of all where everything is a frame.
  function evidence(finding) {
    const groups = shown(finding);
    const hatched = groups.filter(({ layer }) => data.patterns[layer.styles[0].pattern].path);
    return (hatched.length ? hatched : groups).flatMap(({ pieces }) => pieces);
  }

  function select(finding, { zoom = true } = {}) {
    const before = findingButtons.get(state.finding);
    if (before) {
      before.button.setAttribute("aria-expanded", "false");
      before.detail.hidden = true;
    }
    marks().clearLayers();
    state.finding = finding;
    if (!finding) {
      for (const layer of layers.values()) {
        if (layer.kind === "measure") show(layer, state.byHand.has(layer));
      }
      return;
    }
    const { button, detail } = findingButtons.get(finding);
    const groups = shown(finding);
    const named = new Set(groups.map(({ layer }) => layer));
    for (const layer of layers.values()) {
      // One finding's evidence at a time; what was switched on by hand stays.
      if (layer.kind === "measure") show(layer, named.has(layer) || state.byHand.has(layer));
    }
    const frames = ({ layer }) => (data.patterns[layer.styles[0].pattern].path ? 1 : 0);
    for (const { layer } of [...groups].reverse().sort((a, b) => frames(a) - frames(b))) {
      layer.group.bringToFront();
    }
    for (const { figure, numbered } of groups) {
      for (const piece of numbered) {
        const line = { pane: "highlight", interactive: false, fill: false };
        const colour = piece.layer.styles[piece.style].colour;
        L.polygon(piece.shape, { ...line, color: "#fff", weight: 4, opacity: 0.9 }).addTo(marks());
        L.polygon(piece.shape, { ...line, color: colour, weight: 2.2 }).addTo(marks());
      }
      numbered.forEach((piece, n) => number(piece, `${figure.letter}${n + 1}`));
    }
    const pieces = evidence(finding);
    detail.replaceChildren(...details(finding, groups));
    detail.hidden = false;
    button.setAttribute("aria-expanded", "true");
    remember(finding);
    if (zoom) {
      zoomTo(pieces);
      say(words.shown.replace("{finding}", `${finding.rule} ${finding.title}`));
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
    const icon = L.divIcon({ html: badge, className: "number", iconSize: [22, 22] });
    L.marker([piece.spot[1] / 1e7, piece.spot[0] / 1e7], {
      icon, pane: "numbers", title: `${words.piece} ${n}`, alt: `${words.piece} ${n}`,
    })
      .on("click", () => showPiece(piece))
      .addTo(marks());
  }

  function showPiece(piece) {
    state.map.fitBounds(piece.bounds, { padding: [90, 90], maxZoom: 18 });
    const box = element("div", { class: "popup" }, describe(piece));
    openPopup(L.latLng(piece.spot[1] / 1e7, piece.spot[0] / 1e7), box);
  }

  // A measure of a finding: its sign, its sums, and its largest pieces.
  function listed({ figure, layer, numbered }) {
    const sums = `${words.gross} ${figure.gross} · ${words.net} ${figure.net}`;
    const head = element(
      "p", { class: "sign" }, swatch(layer, layer.styles[0]), element("b", {}, figure.letter),
      element("span", {}, layer.title), element("small", {}, figure.role),
    );
    const list = element("ol", { class: "pieces" });
    numbered.forEach((piece, n) => {
      const button = element(
        "button", { type: "button" }, element("b", {}, `${figure.letter}${n + 1}`),
        element("span", {}, [piece.name, piece.id].filter(Boolean).join(" "),
          element("small", {}, piece.facts.map((fact) => data.facts[fact]).join(" · "))),
        element("span", { class: "figure" }, `${piece.area[0]} ${words.m2}`),
      );
      button.addEventListener("click", () => showPiece(piece));
      list.append(element("li", {}, button));
    });
    const all = (numbered.length < figure.count ? words.some : words.pieces)
      .replace("{shown}", numbered.length)
      .replace("{n}", figure.count)
      .replace("{layer}", figure.layer.replace("measure:", ""));
    return [head, element("p", { class: "label" }, all), list, element("p", { class: "sums" }, sums)];
  }

  function details(finding, groups) {
    const parts = [element("p", {}, finding.why)];
    if (!groups.length) parts.push(element("p", { class: "none" }, words.nothing));
    for (const group of groups) parts.push(...listed(group));
    const report = document.body.querySelector("a[data-report]");
    if (report) {
      const link = element("a", { href: `${report.getAttribute("href")}#${fragment(finding)}` });
      link.textContent = report.dataset.report;
      parts.push(element("p", {}, link));
    }
    return parts;
  }

  function showTown(animate) {
    const bounds = L.latLngBounds([]);
    data.towns.forEach((town, n) => {
      if (state.town === null || n === state.town) bounds.extend(town.bounds);
    });
    state.map.fitBounds(bounds, { padding: [18, 18], animate });
  }

  // ---- the address: map.html#town=CODE&rule=ID --------------------------------------------------

  function fragment(finding) {
    const parts = new URLSearchParams();
    if (finding.town !== null) parts.set("town", data.towns[finding.town].code);
    parts.set("rule", finding.rule);
    return parts.toString();
  }

  function remember(finding) {
    try {
      history.replaceState(null, "", `#${fragment(finding)}`);
    } catch {
      // a notebook's frame has no address of its own
    }
  }

  function followAddress() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    const town = data.towns.findIndex((each) => each.code === wanted.get("town"));
    if (!wanted.has("rule") && town < 0) return false;
    chooseTown(town < 0 ? null : town);
    const finding = ofTown().find((each) => each.rule === wanted.get("rule"));
    showTown(false);
    select(finding || gravest(), { zoom: Boolean(finding) });
    if (finding) findingButtons.get(finding).button.scrollIntoView({ block: "nearest" });
    return true;
  }

  // ---- start -----------------------------------------------------------------------------------

  function start(map) {
    state.map = map;
    map.attributionControl.setPrefix("Leaflet · Folium");
    L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
    L.control.scale({ imperial: false, maxWidth: 160 }).addTo(map);
    // A page that gets its size late (a notebook's frame, a turned phone) keeps the whole in view,
    // until the reader has moved the map.
    for (const event of ["pointerdown", "wheel", "keydown"]) {
      map.getContainer().addEventListener(event, () => { state.moved = true; }, { passive: true });
    }
    map.on("resize", () => { if (!state.moved && !state.zoomed) showTown(false); });
    control("topleft", wholeButton);
    control("topright", northArrow);
    fillTowns();
    fillLayers();
    fillBackground();
    startHover(map);
    nameTowns(map);
    const toggle = document.getElementById("toggle-panel");
    toggle.addEventListener("click", () => {
      const closed = document.body.classList.toggle("panel-closed");
      toggle.setAttribute("aria-expanded", String(!closed));
      map.invalidateSize({ animate: false });
    });
    const followed = followAddress();
    if (!followed && data.towns.some((town) => town.map)) {
      // of many towns all are shown first, and the gravest is chosen
      const worst = data.findings.find((finding) => finding.town !== null);
      chooseTown(null);
      showTown(false);
      chooseTown(worst ? worst.town : 0);
    } else if (!followed) {
      const worst = data.findings.find((finding) => finding.verdict === "fail" && finding.town !== null);
      chooseTown(worst ? worst.town : 0);
      showTown(false);
      select(gravest(), { zoom: false });
    }
    window.addEventListener("hashchange", followAddress);
  }

  return { data, state, layers, draw, drawBoundaries, start, select, evidence };
})();
