// Puts the page together once every layer is there.
"use strict";

(() => {
  const { data, words, layers, state, element, vector, control } = townland;

  function northArrow() {
    return element("div", { class: "north" },
      vector("svg", { viewBox: "0 0 24 44", role: "img", "aria-label": words.north },
        vector("path", { d: "M12 2 L20 27 L12 21.5 L4 27 Z" }),
        vector("text", { x: 12, y: 41, "text-anchor": "middle" }, words.north)));
  }

  function wholeButton() {
    const box = element("div", { class: "leaflet-bar" });
    const corners = vector("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" },
      vector("path", { d: "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" }));
    const button = element(
      "a", { href: "#", role: "button", class: "whole", title: words.whole, "aria-label": words.whole }, corners,
    );
    L.DomEvent.disableClickPropagation(box);
    button.addEventListener("click", (event) => {
      event.preventDefault();
      townland.showTown(true);
    });
    box.append(button);
    return box;
  }

  // The map ends a little beyond the towns: no key, wheel or drag leads to where nothing is.
  function keepInSight(map) {
    const all = L.latLngBounds([]);
    for (const town of data.towns) all.extend(town.bounds);
    const limit = () => {
      const least = map.getBoundsZoom(all) - 1;
      if (Number.isFinite(least)) map.setMinZoom(Math.max(0, Math.floor(least * 4) / 4));
    };
    map.setMaxBounds(all.pad(0.6));
    map.options.maxBoundsViscosity = 1;
    map.on("resize", limit);
    limit();
  }

  function startKeys(map) {
    const toggle = document.getElementById("toggle-panel");
    toggle.addEventListener("click", () => {
      const closed = document.body.classList.toggle("panel-closed");
      toggle.setAttribute("aria-expanded", String(!closed));
      map.invalidateSize({ animate: false });
    });
    // A page that gets its size late (a notebook's frame, a turned phone) keeps the whole in view,
    // until the reader has moved the map.
    for (const event of ["pointerdown", "wheel", "keydown"]) {
      map.getContainer().addEventListener(event, () => { state.moved = true; }, { passive: true });
    }
    map.on("resize", () => { if (!state.moved && !state.zoomed) townland.showTown(false); });
    map.on("moveend", () => townland.remember());
  }

  // What the page opens with: the gravest finding; of many towns all of them are seen first.
  function openAtGravest() {
    const many = data.towns.some((town) => town.map);
    const worst = many
      ? data.findings.find((finding) => finding.town !== null)
      : data.findings.find((finding) => finding.verdict === "fail" && finding.town !== null);
    if (many) {
      townland.chooseTown(null);
      townland.showTown(false);
    }
    townland.chooseTown(worst ? worst.town : 0);
    if (many) return;
    townland.showTown(false);
    townland.select(townland.gravest(), { zoom: false });
  }

  function start(map) {
    state.map = map;
    map.attributionControl.setPrefix("Leaflet · Folium");
    L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
    L.control.scale({ imperial: false, maxWidth: 160 }).addTo(map);
    control("topleft", wholeButton);
    control("topright", northArrow);
    keepInSight(map);
    for (const layer of layers.values()) layer.shown = map.hasLayer(layer.group);
    townland.fillTowns();
    townland.fillLayers();
    townland.fillBackground();
    townland.startTiles?.(map);
    townland.startTools(map);
    townland.nameTowns(map);
    townland.startHover(map);
    townland.startSearch();
    startKeys(map);
    if (!townland.follow()) openAtGravest();
    state.started = true;
    townland.repaint();
    townland.arrangeNames();
    townland.startSheets();
    window.addEventListener("hashchange", townland.follow);
    townland.ahead([...layers.values()].filter((layer) => map.hasLayer(layer.group)).flatMap((layer) => layer.handfuls.flat()));
    performance.mark("townland:drawn");
  }

  Object.assign(townland, { start });
})();
