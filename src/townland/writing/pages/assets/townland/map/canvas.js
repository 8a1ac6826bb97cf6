// The layers of the page inside Leaflet's map: a canvas a pane, on which shapes are drawn many at once.
"use strict";

(() => {
  const { data, layers, state, store } = townland;
  const ORDER = { land: 0, plan: 1, other: 2, measure: 3 };
  const MANY = 60000; // of more vertices in view than these, those closer than SNAP fall together
  const SNAP = 0.5; // pixels: a vertex that two shapes share falls the same way for both
  const AT_ONCE = 400; // shapes in one path
  const SMALL = 12; // pixels: of smaller pieces the lines between are thinner
  const TINY = 5; // and of these there are none
  const FAR = 1; // of a pixel: where the coarse level is no further off, it is drawn
  const METRES_AROUND = 2 * Math.PI * 6378137; // the equator, which is the width of the world

  // ---- drawing ---------------------------------------------------------------------------------

  // Put a shape into a path, in pixels: of the coarse level; on a raster of a step; or as it is.
  function trace(path, shape, view) {
    const { x, y, ringStart, shapeStart } = store;
    const { scale, left, top } = view;
    for (let ring = shapeStart[shape]; ring < shapeStart[shape + 1]; ring += 1) {
      if (view.coarse) traceCoarse(path, ring, view);
      else if (view.step) traceStepped(path, ring, view);
      else {
        let i = ringStart[ring];
        path.moveTo(x[i] * scale - left, y[i] * scale - top);
        for (i += 1; i < ringStart[ring + 1]; i += 1) path.lineTo(x[i] * scale - left, y[i] * scale - top);
        path.closePath();
      }
    }
  }

  function traceCoarse(path, ring, view) {
    const { x, y, coarse, coarseStart } = store;
    const { scale, left, top } = view;
    const end = coarseStart[ring + 1];
    let i = coarseStart[ring];
    if (i === end) return;
    path.moveTo(x[coarse[i]] * scale - left, y[coarse[i]] * scale - top);
    for (i += 1; i < end; i += 1) path.lineTo(x[coarse[i]] * scale - left, y[coarse[i]] * scale - top);
    path.closePath();
  }

  function traceStepped(path, ring, view) {
    const { x, y, ringStart } = store;
    const { scale, left, top, step } = view;
    let i = ringStart[ring];
    let lastX = Math.round((x[i] * scale - left) / step);
    let lastY = Math.round((y[i] * scale - top) / step);
    path.moveTo(lastX * step, lastY * step);
    for (i += 1; i < ringStart[ring + 1]; i += 1) {
      const px = Math.round((x[i] * scale - left) / step);
      const py = Math.round((y[i] * scale - top) / step);
      if (px === lastX && py === lastY) continue;
      path.lineTo(px * step, py * step);
      lastX = px;
      lastY = py;
    }
    path.closePath();
  }

  function inView(shapes, view) {
    const { box } = store;
    const [west, north, east, south] = view.box;
    return shapes.filter((shape) => {
      const b = 4 * shape;
      return box[b] <= east && box[b + 2] >= west && box[b + 1] <= south && box[b + 3] >= north;
    });
  }

  function vertices(shapes) {
    const { ringStart, shapeStart } = store;
    let count = 0;
    for (const shape of shapes) count += ringStart[shapeStart[shape + 1]] - ringStart[shapeStart[shape]];
    return count;
  }

  // The shapes as paths of some hundred each: one path of all would be slower to fill.
  function paths(shapes, view) {
    const made = [];
    for (let at = 0; at < shapes.length; at += AT_ONCE) {
      const path = new Path2D();
      for (let n = at; n < Math.min(at + AT_ONCE, shapes.length); n += 1) trace(path, shapes[n], view);
      made.push(path);
    }
    return made;
  }

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

  // What the shapes in view measure across, in pixels, one with another.
  function across(shapes, view) {
    const { box } = store;
    let sum = 0;
    for (const shape of shapes) sum += box[4 * shape + 2] - box[4 * shape] + box[4 * shape + 3] - box[4 * shape + 1];
    return shapes.length ? (sum / 2 / shapes.length) * view.scale : 0;
  }

  // Draw a layer: each style's fills at once, then the lines over them.
  function paintLayer(layer, pen, view) {
    const seen = layer.styles.map((_style, n) => inView(layer.byStyle[n], view));
    const all = seen.flat();
    const coarse = data.coarse > 0 && view.metres * FAR >= data.coarse;
    const stepped = { ...view, coarse, step: vertices(all) > MANY ? SNAP : 0 };
    const wide = across(all, view);
    const thin = layer.kind === "land" ? Math.min(1, wide / SMALL) : 1;
    const drawn = layer.styles.map((style, n) => {
      const look = townland.lookOf(layer, style, view.ratio);
      const made = paths(seen[n], stepped);
      const alone = layer.kind === "plan" && state.swipe !== null ? 0.9 : look.alpha;
      if (look.fill) fillAll(pen, made, look, alone);
      return { look: { ...look, width: look.width * thin }, made };
    });
    // lines between pieces of a few pixels would hide their colours
    if (layer.kind !== "land" || wide >= TINY) for (const { look, made } of drawn) strokeAll(pen, made, look);
    pen.globalAlpha = 1;
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
    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      L.DomUtil.setPosition(this._container, this._bounds.min);
      this.paint();
    },
    // Draw everything anew; until the page has started nothing is in its place yet.
    paint() {
      if (!state.started || !this._bounds || !this._map) return;
      const ratio = window.devicePixelRatio || 1;
      const { min } = this._bounds;
      const size = this._bounds.getSize();
      const canvas = this._container;
      canvas.width = Math.round(size.x * ratio);
      canvas.height = Math.round(size.y * ratio);
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
      this._pen.scale(ratio, ratio);
      const corner = this._map.getPixelOrigin().add(min);
      const seen = this._map.containerPointToLayerPoint([0, 0]).subtract(min);
      const frame = [seen.x, seen.y, seen.x + this._map.getSize().x, seen.y + this._map.getSize().y];
      this.onto(this._pen, { zoom: this._map.getZoom(), left: corner.x, top: corner.y, size, ratio, frame });
      this.waiting = false;
    },
    // Draw onto any canvas: its corner in the pixels of the world at a zoom, its size, its resolution.
    onto(pen, { zoom, left, top, size, ratio, frame }) {
      const scale = 2 ** zoom;
      const box = [left / scale, top / scale, (left + size.x) / scale, (top + size.y) / scale];
      const [south] = data.towns[0].bounds[0];
      const metres = (METRES_AROUND * Math.cos((south * Math.PI) / 180)) / (256 * scale);
      pen.lineJoin = "round";
      for (const part of this.parts) {
        part.paint(pen, { scale, left, top, box, ratio, size, frame, metres });
      }
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
    if (!sheets.has(pane)) sheets.set(pane, new Sheet({ pane, padding: 0.1 }).addTo(map));
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
    return new OnSheet((pen, view) => {
      const made = paths(inView(shapes, view), view);
      for (const look of looks) strokeAll(pen, made, look);
      pen.globalAlpha = 1;
    }, { pane });
  }

  // ---- called by the Folium elements of the map, one call for each feature group ----------------

  const BUILT = [{ line: "#1d3a7a", width: 2, dash: [7, 4] }];

  function draw(group, key) {
    const layer = layers.get(key);
    layer.group = group;
    layer.byStyle = layer.styles.map(() => []);
    layer.pieces.shape.forEach((shape, n) => layer.byStyle[layer.pieces.style[n]].push(shape));
    new OnSheet((pen, view) => paintLayer(layer, pen, view), { pane: layer.kind }).addTo(group);
    if (layer.kind === "plan") {
      const built = data.towns.map((town) => town.built).filter((shape) => shape !== null);
      outlines("plan", built, BUILT).addTo(group);
    }
  }

  function drawBoundaries(group) {
    const chosen = (n) => state.town === null || state.town === n;
    new OnSheet((pen, view) => {
      const order = data.towns.map((_town, n) => n).sort((a, b) => chosen(a) - chosen(b));
      for (const n of order) {
        const town = data.towns[n];
        const made = paths([town.shape], view);
        const colour = chosen(n) ? "#111" : data.verdicts[town.look].colour;
        strokeAll(pen, made, { line: "#fff", width: 7, lineAlpha: 0.85 });
        strokeAll(pen, made, { line: colour, width: chosen(n) ? 2.8 : 1.8 });
      }
      pen.globalAlpha = 1;
    }, { pane: "boundary" }).addTo(group);
  }

  Object.assign(townland, { ORDER, sheets, repaint, outlines, OnSheet, draw, drawBoundaries });
})();
