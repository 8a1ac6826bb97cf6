// The address: map.html#town=CODE&rule=ID&at=LAT,LNG,ZOOM and what else is set; it can be sent to others.
"use strict";

(() => {
  const { data, layers, state } = townland;
  const NONE = "-"; // no finding is open

  function fragment(finding) {
    const parts = new URLSearchParams();
    if (finding.town !== null) parts.set("town", data.towns[finding.town].code);
    parts.set("rule", finding.rule);
    return parts.toString();
  }

  // What the page shows, in words of an address; what is as the page opens is left out.
  function written() {
    const parts = new URLSearchParams();
    if (state.town !== null) parts.set("town", data.towns[state.town].code);
    parts.set("rule", state.finding ? state.finding.rule : NONE);
    if (state.moved || state.zoomed) {
      const { lat, lng } = state.map.getCenter();
      parts.set("at", [lat.toFixed(6), lng.toFixed(6), state.map.getZoom()].join(","));
    }
    const off = [...layers.values()].filter((layer) => layer.kind !== "measure" && layer.shown !== state.map.hasLayer(layer.group));
    const keys = [...state.byHand].filter((layer) => layer.kind === "measure").concat(off).map((layer) => layer.key);
    if (keys.length) parts.set("layers", keys.join(" "));
    if (state.swipe !== null) parts.set("swipe", state.swipe.toFixed(3));
    if (state.grid) parts.set("grid", "1");
    const alphas = Object.entries(state.alpha).filter(([, alpha]) => alpha !== 1);
    if (alphas.length) parts.set("alpha", alphas.map(([pane, alpha]) => `${pane}:${alpha}`).join(" "));
    return parts.toString();
  }

  function remember() {
    if (!state.started || state.following) return;
    try {
      history.replaceState(null, "", `#${written()}`);
    } catch {
      // a notebook's frame has no address of its own
    }
  }

  function view(text) {
    const [lat, lng, zoom] = (text || "").split(",").map(Number);
    return [lat, lng, zoom].every(Number.isFinite) && Math.abs(lat) < 85 ? { center: [lat, lng], zoom } : null;
  }

  function setLayers(text) {
    const named = new Set((text || "").split(" "));
    for (const layer of layers.values()) {
      if (layer.kind !== "measure") townland.show(layer, layer.shown !== named.has(layer.key));
      else if (named.has(layer.key)) state.byHand.add(layer);
    }
  }

  function setTools(wanted) {
    const swipe = Number.parseFloat(wanted.get("swipe"));
    townland.setSwipe(Number.isFinite(swipe) ? Math.max(0, Math.min(1, swipe)) : null);
    townland.setGrid(wanted.get("grid") === "1");
    for (const pair of (wanted.get("alpha") || "").split(" ")) {
      const [pane, alpha] = pair.split(":");
      if (alpha >= 0 && alpha <= 1) townland.setAlpha(pane, Number(alpha));
    }
  }

  function follow() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    const town = data.towns.findIndex((each) => each.code === wanted.get("town"));
    if (!wanted.has("rule") && !wanted.has("at") && town < 0) return false;
    state.following = true;
    townland.chooseTown(town < 0 ? null : town);
    setLayers(wanted.get("layers"));
    setTools(wanted);
    const finding = townland.ofTown().find((each) => each.rule === wanted.get("rule"));
    townland.showTown(false);
    const place = view(wanted.get("at"));
    const opened = wanted.get("rule") === NONE ? null : finding || townland.gravest();
    townland.select(opened, { zoom: Boolean(finding) && !place });
    if (place) {
      state.moved = true;
      state.map.setView(place.center, place.zoom, { animate: false });
    }
    if (finding) townland.findingButtons.get(finding).button.scrollIntoView({ block: "nearest" });
    state.following = false;
    return true;
  }

  Object.assign(townland, { fragment, remember, follow });
})();
