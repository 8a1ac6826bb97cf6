// Online maps behind the land, where the catalog names them: the only thing that a page ever fetches.
"use strict";

(() => {
  const { data, words, state, element } = townland;
  const THROUGH = 0.6; // so far the land is opaque while an online map lies behind it

  // Tiles that draw the middle of the land elsewhere are moved back, as a whole.
  const Shifted = L.TileLayer.extend({
    offset(zoom) {
      const { middle, shifted } = this.options;
      return this._map.project(shifted, zoom).subtract(this._map.project(middle, zoom)).round();
    },
    _getTiledPixelBounds(center) {
      const bounds = L.TileLayer.prototype._getTiledPixelBounds.call(this, center);
      const by = this.offset(this._tileZoom);
      return L.bounds(bounds.min.add(by), bounds.max.add(by));
    },
    _getTilePos(coords) {
      return L.TileLayer.prototype._getTilePos.call(this, coords).subtract(this.offset(coords.z));
    },
  });

  function layerOf({ data: address, max_zoom, middle, shifted }) {
    return new Shifted(address.replace(/^data:/, ""), {
      maxNativeZoom: max_zoom, maxZoom: 24, middle, shifted, referrerPolicy: "no-referrer",
    });
  }

  function show(layer, on) {
    if (on) layer.addTo(state.map);
    else layer.remove();
    const shown = state.online.filter((each) => state.map.hasLayer(each));
    state.tiles = shown[0] || null;
    if (state.alpha.land === undefined) state.map.getPane("land").style.opacity = shown.length ? THROUGH : "";
  }

  function item(tiles) {
    const box = element("input", { type: "checkbox", disabled: "" });
    const label = element("label", {}, box, element("span", { class: "layer-title" }, tiles.title),
      element("small", {}, words.online));
    const notes = element("p", { class: "tiles-notes" }, [tiles.source, ...tiles.notes].filter(Boolean).join(words.stop));
    if (tiles.data) {
      const layer = layerOf(tiles);
      layer.title = tiles.title;
      state.online.push(layer);
      box.disabled = false;
      box.checked = state.online.length === 1;
      box.addEventListener("change", () => show(layer, box.checked));
      const text = element("span", {}, [tiles.title, tiles.source].filter(Boolean).join(": "));
      state.map.attributionControl.addAttribution(text.innerHTML); // escaped by textContent
      if (box.checked) show(layer, true);
    }
    return element("li", { class: "other" }, label, notes);
  }

  function startTiles() {
    state.online = [];
    document.getElementById("layers").append(...data.tiles.map(item));
  }

  Object.assign(townland, { startTiles });
})();
