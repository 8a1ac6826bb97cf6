// The layers of the page inside Leaflet's map: a canvas a pane, on which shapes are drawn many at once.
"use strict";

(() => {
  const { data, layers, state, store } = townland;
  const ORDER = { land: 0, plan: 1, other: 2, measure: 3 };
  const SMALL = 12; // pixels: of smaller pieces the lines between are thinner
  const TINY = 5; // and of these there are none
  const FAR = 1; // of a pixel: where the coarse level is no further off, it is drawn
  const SHIFTED = ["land", "plan", "other", "measure", "boundary"]; // panes that look the same wherever the view is

  // ---- drawing ---------------------------------------------------------------------------------

  function fillAll(pen, made, look, alpha) {
    pen.globalAlpha = alpha;
    pen.fillStyle = look.fill;
    for (const path of made) pen.fill(path);
  }

  function strokeAll(pen, made, look) {
    pen.globalAlpha = look.lineAlpha ?? 1;
    pen.strokeStyle = look.line;
    pen.lineWidth = look.width;
    pen.setLineDash(look.dash || []);
    for (const path of made) pen.stroke(path);
    pen.setLineDash([]);
  }

  // What the shapes of a layer measure across, one with another, in the world at zoom 0.
  function across({ pieces }) {
    const { box } = store;
    let sum = 0;
    for (const s of pieces.shape) sum += box[4 * s + 2] - box[4 * s] + box[4 * s + 3] - box[4 * s + 1];
    return sum / 2 / (pieces.shape.length || 1);
  }

  // Draw a layer's pieces: each style's fills at once, then the lines over them.
  function paintPieces(layer, pen, view) {
    const wide = (layer.across ??= across(layer)) * view.scale;
    const thin = layer.kind === "land" ? Math.min(1, wide / SMALL) : 1;
    const coarse = data.coarse > 0 && view.metres * FAR >= data.coarse;
    const drawn = layer.styles.map((style, n) => {
      const look = townland.lookOf(layer, style, view);
      const made = townland.paths(layer.handfuls[n], { coarse, ...view });
      const alone = layer.kind === "plan" && state.swipe !== null ? 0.9 : look.alpha;
      if (look.fill) fillAll(pen, made, look, alone);
      return { look: { ...look, width: look.width * thin }, made };
    });
    // lines between pieces of a few pixels would hide their colours
    if (layer.kind !== "land" || wide >= TINY) for (const { look, made } of drawn) strokeAll(pen, made, look);
    pen.globalAlpha = 1;
  }

  function paintLayer(layer, pen, view) {
    const paint = (onto, from) => paintPieces(layer, onto, from);
    const alone = layer.kind === "plan" && state.swipe !== null;
    if (alone || !townland.fromPicture(layer, pen, view, paint)) paint(pen, view);
  }

  // ---- the canvas of a pane --------------------------------------------------------------------

  const Sheet = L.Renderer.extend({
    initialize(options) {
      L.Renderer.prototype.initialize.call(this, options);
      this.parts = [];
    },
    _initContainer() {
      this._container = document.createElement("canvas");
      this._container.setAttribute("aria-hidden", "true");
      this._pen = this._container.getContext("2d");
    },
    _destroyContainer() {
      this._container.remove();
    },
    getEvents() {
      return { ...L.Renderer.prototype.getEvents.call(this), move: this._follow };
    },
    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      L.DomUtil.setPosition(this._container, this._bounds.min);
      if (!this.shift()) this.paint();
    },
    // While the map is dragged: draw what comes into view.
    _follow() {
      if (this.following || !this._bounds || !state.started) return;
      this.following = requestAnimationFrame(() => {
        this.following = null;
        if (!this._map || !this._bounds || this._map._animatingZoom) return;
        const corner = this._map.containerPointToLayerPoint([0, 0]);
        if (!this._bounds.contains(L.bounds(corner, corner.add(this._map.getSize())))) this._update();
      });
    },
    // What the canvas shows: its corner in the pixels of the world at a zoom, its size, its resolution.
    _seen() {
      const { min } = this._bounds;
      const { x, y } = this._map.getPixelOrigin().add(min);
      const corner = this._map.containerPointToLayerPoint([0, 0]).subtract(min);
      const size = this._map.getSize();
      return {
        zoom: this._map.getZoom(), left: x, top: y, size: this._bounds.getSize(), kept: true,
        ratio: window.devicePixelRatio || 1,
        frame: [corner.x, corner.y, corner.x + size.x, corner.y + size.y],
      };
    },
    // After a move at the same zoom: keep what is still in view, and draw the strips that came into it.
    shift() {
      const { drawn } = this;
      if (!drawn || this.waiting || !SHIFTED.includes(this.options.pane)) return false;
      const seen = this._seen();
      const { size: { x: wide, y: high }, ratio } = seen;
      const [east, south] = [seen.left - drawn.left, seen.top - drawn.top];
      const same = seen.zoom === drawn.zoom && ratio === drawn.ratio && drawn.size.equals(seen.size);
      if (!same || Math.abs(east) >= wide || Math.abs(south) >= high) return false;
      if (![east * ratio, south * ratio, wide * ratio, high * ratio].every(Number.isInteger)) return false;
      const pen = this._pen;
      pen.save();
      pen.globalCompositeOperation = "copy";
      pen.drawImage(this._container, -east, -south, wide, high);
      pen.restore();
      const kept = [Math.max(0, -south), Math.min(high, high - south)];
      const strips = [
        east > 0 ? [wide - east, kept[0], wide, kept[1]] : [0, kept[0], -east, kept[1]],
        south > 0 ? [0, high - south, wide, high] : [0, 0, wide, -south],
      ];
      for (const [left, top, right, bottom] of strips) {
        if (right <= left || bottom <= top) continue;
        pen.save();
        pen.beginPath();
        pen.rect(left, top, right - left, bottom - top);
        pen.clip();
        this.onto(pen, { ...seen, strip: [left, top, right, bottom] });
        pen.restore();
      }
      this.drawn = seen;
      return true;
    },
    // Draw everything anew; until the page has started nothing is in its place yet.
    paint() {
      if (!state.started || !this._bounds || !this._map) return;
      const seen = this._seen();
      const { size, ratio } = seen;
      const canvas = this._container;
      canvas.width = Math.round(size.x * ratio);
      canvas.height = Math.round(size.y * ratio);
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
      this._pen.scale(ratio, ratio);
      this.onto(this._pen, seen);
      this.drawn = seen;
      this.waiting = false;
    },
    // Draw onto any canvas: its corner in the pixels of the world at a zoom, its size, its resolution.
    onto(pen, { zoom, left, top, size, ratio, frame, strip, kept }) {
      const scale = 2 ** zoom;
      const box = (strip || [0, 0, size.x, size.y]).map((at, n) => (at + (n % 2 ? top : left)) / scale);
      const metres = townland.metresAt(scale);
      pen.lineJoin = "round";
      for (const part of this.parts) part.paint(pen, { scale, left, top, box, ratio, size, frame, metres, kept });
    },
    // Draw anew before the next picture, however often it is asked.
    soon() {
      if (this.waiting || !state.started) return;
      this.waiting = true;
      requestAnimationFrame(() => { if (this.waiting) this.paint(); });
    },
  });

  const sheets = new Map();

  function sheetOf(map, pane) {
    if (!sheets.has(pane)) sheets.set(pane, new Sheet({ pane, padding: 0.05 }).addTo(map));
    return sheets.get(pane);
  }

  // A layer of Leaflet's that draws onto the canvas of its pane: `paint` is given a pen and a view.
  const OnSheet = L.Layer.extend({
    initialize(paint, options) {
      L.setOptions(this, options);
      this.paint = paint;
    },
    onAdd(map) {
      this.sheet = sheetOf(map, this.options.pane);
      this.sheet.parts.push(this);
      this.sheet.soon();
    },
    onRemove() {
      this.sheet.parts.splice(this.sheet.parts.indexOf(this), 1);
      this.sheet.soon();
    },
    bringToFront() {
      if (!this._map) return this;
      this.sheet.parts.splice(this.sheet.parts.indexOf(this), 1);
      this.sheet.parts.push(this);
      this.sheet.soon();
      return this;
    },
    redraw() {
      if (this._map) this.sheet.soon();
    },
  });

  function repaint() {
    for (const sheet of sheets.values()) sheet.paint();
  }

  // Outlines of shapes: each look in turn around all of them.
  function outlines(pane, shapes, looks) {
    const all = townland.handfuls(shapes);
    return new OnSheet((pen, view) => {
      const made = townland.paths(all, view);
      for (const look of looks) strokeAll(pen, made, look);
      pen.globalAlpha = 1;
    }, { pane });
  }

  // ---- called by the Folium elements of the map, one call for each feature group ----------------

  const BUILT = [{ line: "#1d3a7a", width: 2, dash: [7, 4] }];

  function draw(group, key) {
    const layer = layers.get(key);
    layer.group = group;
    const byStyle = layer.styles.map(() => []);
    layer.pieces.shape.forEach((shape, n) => byStyle[layer.pieces.style[n]].push(shape));
    layer.handfuls = byStyle.map(townland.handfuls);
    new OnSheet((pen, view) => paintLayer(layer, pen, view), { pane: layer.kind }).addTo(group);
    if (layer.kind === "plan") {
      const built = data.towns.map((town) => town.built).filter((shape) => shape !== null);
      outlines("plan", built, BUILT).addTo(group);
    }
  }

  function drawBoundaries(group) {
    const chosen = (n) => state.town === null || state.town === n;
    const outline = data.towns.map((town) => townland.handfuls([town.shape]));
    new OnSheet((pen, view) => {
      const order = data.towns.map((_town, n) => n).sort((a, b) => chosen(a) - chosen(b));
      for (const n of order) {
        const town = data.towns[n];
        const made = townland.paths(outline[n], view);
        const colour = chosen(n) ? "#111" : data.verdicts[town.look].colour;
        strokeAll(pen, made, { line: "#fff", width: 7, lineAlpha: 0.85 });
        strokeAll(pen, made, { line: colour, width: chosen(n) ? 2.8 : 1.8 });
      }
      pen.globalAlpha = 1;
    }, { pane: "boundary" }).addTo(group);
  }

  Object.assign(townland, { ORDER, sheets, repaint, outlines, OnSheet, draw, drawBoundaries });
})();
