// What lies at a place: under the pointer, at a click, and as an answer to a search.
"use strict";

(() => {
  const { data, words, layers, state, element, sentence, say } = townland;
  const MOST = 40; // answers of a search that are listed

  // Everything that is drawn at a place, what lies on top first.
  function at(latlng) {
    const [px, py] = townland.mercator(latlng.lat, latlng.lng);
    const hits = [];
    for (const layer of layers.values()) {
      if (layer.group && state.map.hasLayer(layer.group)) hits.unshift(...layer.at(px, py));
    }
    return hits.sort((a, b) => townland.ORDER[b.layer.kind] - townland.ORDER[a.layer.kind]);
  }

  function townAt(latlng) {
    const [px, py] = townland.mercator(latlng.lat, latlng.lng);
    const n = data.towns.findIndex((town) => townland.inside(town.shape, px, py));
    return n < 0 ? null : n;
  }

  function areaLine([m2, ha, mu]) {
    return element("p", { class: "what-area" }, `${m2} ${words.m2} · ${ha} ${words.ha} · ${mu} ${words.mu}`);
  }

  function describe(feature) {
    const box = element("div", { class: "what" });
    const { layer, area, facts } = feature;
    const group = layer.styles[feature.style].title;
    box.append(element("p", { class: "what-layer" }, layer.title));
    const name = feature.name || (group === layer.title ? "" : group);
    if (name) box.append(element("p", { class: "what-name" }, name));
    if (feature.id) box.append(element("p", {}, `${words.id} ${feature.id}`));
    if (area.length) box.append(areaLine(area));
    if (facts.length) box.append(element("p", { class: "what-facts" }, facts.join(" · ")));
    return box;
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
        townland.showPlace(place);
        const found = place && !state.popup && !state.tool && at(place)[0];
        if (!found) map.closeTooltip(tooltip);
        else map.openTooltip(tooltip.setContent(describe(found)).setLatLng(place));
      });
    });
    map.on("popupopen", () => {
      state.popup = true;
      map.closeTooltip(tooltip);
    });
    map.on("popupclose", () => {
      state.popup = false;
      mark(null);
    });
    map.on("mouseout", () => {
      place = null;
      map.closeTooltip(tooltip);
    });
    map.on("click", (event) => {
      if (state.tool) return;
      map.closeTooltip(tooltip);
      const hits = at(event.latlng);
      if (!hits.length) return;
      const box = element("div", { class: "popup" }, element("h3", {}, words.here));
      for (const hit of hits.slice(0, 6)) box.append(describe(hit));
      openPopup(event.latlng, box);
      mark(hits[0]);
    });
  }

  // Outline one piece; null outlines none.
  function mark(piece) {
    if (state.marked) state.marked.remove();
    state.marked = null;
    if (!piece) return;
    const looks = [{ line: "#fff", width: 6, lineAlpha: 0.9 }, { line: "#0b57d0", width: 3 }];
    state.marked = townland.outlines("highlight", [piece.shape], looks).addTo(state.map);
  }

  function openPopup(latlng, content) {
    const popup = L.popup({ maxWidth: 320, autoPanPadding: [24, 24] })
      .setLatLng(latlng)
      .setContent(content)
      .openOn(state.map);
    const close = popup.getElement().querySelector(".leaflet-popup-close-button");
    close.setAttribute("aria-label", words.close);
  }

  // A place well inside a piece: its mark's, else the middle of the widest stretch through its middle.
  function spotOf(piece) {
    if (piece.spot) return L.latLng(piece.spot[1] / 1e7, piece.spot[0] / 1e7);
    const { x, y, ringStart, shapeStart, box } = townland.store;
    const { shape } = piece;
    // a line between two vertices is met by no vertex
    const py = (box[4 * shape + 1] + box[4 * shape + 3]) / 2 + 1e-11;
    const crossings = [];
    for (let ring = shapeStart[shape]; ring < shapeStart[shape + 1]; ring += 1) {
      const end = ringStart[ring + 1];
      for (let i = ringStart[ring], j = end - 1; i < end; j = i++) {
        if (y[i] > py !== y[j] > py) crossings.push(((x[j] - x[i]) * (py - y[i])) / (y[j] - y[i]) + x[i]);
      }
    }
    crossings.sort((a, b) => a - b);
    let [best, wide] = [box[4 * shape], -1];
    for (let n = 0; n + 1 < crossings.length; n += 2) {
      if (crossings[n + 1] - crossings[n] > wide) {
        wide = crossings[n + 1] - crossings[n];
        best = (crossings[n] + crossings[n + 1]) / 2;
      }
    }
    return townland.latlng(best, py);
  }

  function showPiece(piece) {
    state.zoomed = true;
    townland.show(piece.layer, true);
    state.map.fitBounds(piece.bounds, { padding: [90, 90], maxZoom: 18 });
    openPopup(spotOf(piece), element("div", { class: "popup" }, describe(piece)));
    mark(piece);
  }

  // ---- search ----------------------------------------------------------------------------------

  const plain = (text) => text.normalize("NFKC").toLowerCase();
  const known = { texts: null, facts: null };

  // The pieces whose id, name, owner or place holds the wanted text; the same id before what holds it.
  function search(text) {
    const wanted = plain(text.trim());
    if (!wanted) return [];
    known.texts ||= data.texts.map(plain);
    known.facts ||= data.facts.map(plain);
    const names = new Set(known.texts.flatMap((name, n) => (name.includes(wanted) ? [n] : [])));
    const facts = new Set(known.facts.flatMap((fact, n) => (fact.includes(wanted) ? [n] : [])));
    const groups = new Set(data.groups.flatMap((group, n) => (group.some((fact) => facts.has(fact)) ? [n] : [])));
    const [same, others] = [[], []];
    for (const layer of searched()) {
      const { pieces } = layer;
      layer.ids ||= pieces.id.map(plain);
      layer.features.forEach((piece, n) => {
        const id = layer.ids[n] || "";
        if (id === wanted) same.push(piece);
        else if (id.includes(wanted) || names.has(pieces.name[n]) || groups.has(pieces.facts[n])) others.push(piece);
      });
    }
    return [...same, ...others];
  }

  // Land and plan first, then what is switched on, then all else.
  function searched() {
    const rank = (layer) => (["land", "plan"].includes(layer.kind) ? 0 : state.map.hasLayer(layer.group) ? 1 : 2);
    return [...layers.values()].sort((a, b) => rank(a) - rank(b));
  }

  function answer(piece) {
    const button = element(
      "button", { type: "button" },
      element("span", {}, [piece.name, piece.id].filter(Boolean).join(" "),
        element("small", {}, [piece.layer.title, ...piece.facts].join(" · "))),
      element("span", { class: "figure" }, piece.area.length ? `${piece.area[0]} ${words.m2}` : ""),
    );
    button.addEventListener("click", () => showPiece(piece));
    return element("li", {}, button);
  }

  function townAnswer(n) {
    const button = element("button", { type: "button" }, element("span", {}, data.towns[n].name,
      element("small", {}, words.town)));
    button.addEventListener("click", () => townland.goToTown(n));
    return element("li", {}, button);
  }

  function startSearch() {
    const field = document.getElementById("search");
    const list = document.getElementById("answers");
    const count = document.getElementById("answer-count");
    let timer = 0;
    const look = () => {
      clearTimeout(timer);
      const wanted = plain(field.value.trim());
      const towns = wanted
        ? data.towns.flatMap((town, n) => (plain(`${town.name} ${town.code}`).includes(wanted) ? [n] : []))
        : [];
      const pieces = search(field.value);
      list.replaceChildren(...towns.slice(0, MOST).map(townAnswer), ...pieces.slice(0, MOST).map(answer));
      const found = pieces.length + towns.length;
      const text = found > list.children.length ? words.answers_some : words.answers;
      count.textContent = wanted ? sentence(text, { n: found, shown: list.children.length }) : "";
      say(count.textContent);
    };
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(look, 120);
    });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Escape") field.value = "";
      if (!["Enter", "Escape"].includes(event.key)) return;
      event.preventDefault();
      look();
      list.querySelector("button")?.click();
    });
  }

  Object.assign(townland, {
    at, townAt, describe, areaLine, startHover, openPopup, spotOf, showPiece, mark, search, startSearch,
  });
})();
