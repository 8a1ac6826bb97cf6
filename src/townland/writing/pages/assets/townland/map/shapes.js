// Geometry: unpacked once into typed arrays, found again through a grid of cells.
"use strict";

(() => {
  const { data } = townland;
  const WORLD = 256; // the side of Web Mercator at zoom 0
  const DEGREE = 1e7;
  const letters = new Uint8Array(128);
  [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].forEach((letter, n) => {
    letters[letter.charCodeAt(0)] = n;
  });

  function mercator(lat, lng) {
    const sine = Math.sin((lat * Math.PI) / 180);
    return [(lng / 360 + 0.5) * WORLD, (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * WORLD];
  }

  function latlng(x, y) {
    const lat = (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / WORLD))) * 180) / Math.PI;
    return L.latLng(lat, (x / WORLD - 0.5) * 360);
  }

  // All shapes of the page, and of a coarse level the vertices that are left, by number. Shape s has the rings from shapeStart[s] on, ring r the vertices from
  // ringStart[r] on; places are those of Web Mercator at zoom 0; box holds west, north, east, south.
  const store = (() => {
    let size = 0;
    for (const text of data.shapes) size += text.length;
    const x = new Float64Array(size >> 1);
    const y = new Float64Array(size >> 1);
    const ringStart = new Int32Array((size >> 2) + 2);
    const shapeStart = new Int32Array(data.shapes.length + 1);
    const box = new Float64Array(4 * data.shapes.length);
    const coarse = new Int32Array(data.coarse ? size >> 1 : 0);
    const coarseStart = new Int32Array(data.coarse ? ringStart.length : 0);
    let level = 0;
    const [west, south] = data.origin;
    let vertex = 0;
    let ring = 0;
    data.shapes.forEach((text, shape) => {
      let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
      for (let at = 0; at < text.length; at += 1) {
        let lng = west;
        let lat = south;
        while (text.charCodeAt(at) !== 32) {
          let part = letters[text.charCodeAt(at++)];
          let number = part & 31;
          for (let bits = 32; part & 32; bits *= 32) {
            part = letters[text.charCodeAt(at++)];
            number += (part & 31) * bits;
          }
          if (data.coarse) {
            if (number % 2) coarse[level++] = vertex;
            number = Math.floor(number / 2);
          }
          lng += number % 2 ? -(number + 1) / 2 : number / 2;
          part = letters[text.charCodeAt(at++)];
          number = part & 31;
          for (let bits = 32; part & 32; bits *= 32) {
            part = letters[text.charCodeAt(at++)];
            number += (part & 31) * bits;
          }
          lat += number % 2 ? -(number + 1) / 2 : number / 2;
          const sine = Math.sin((lat / DEGREE) * (Math.PI / 180));
          const px = (lng / DEGREE / 360 + 0.5) * WORLD;
          const py = (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * WORLD;
          x[vertex] = px;
          y[vertex++] = py;
          if (px < left) left = px;
          if (px > right) right = px;
          if (py < top) top = py;
          if (py > bottom) bottom = py;
        }
        ringStart[++ring] = vertex;
        if (data.coarse) coarseStart[ring] = level;
      }
      shapeStart[shape + 1] = ring;
      box.set([left, top, right, bottom], 4 * shape);
    });
    return { x, y, ringStart, shapeStart, box, coarse, coarseStart };
  })();

  // Whether a place lies in a shape: by crossings, of holes and outer rings alike.
  function inside(shape, px, py) {
    const { x, y, ringStart, shapeStart, box } = store;
    const b = 4 * shape;
    if (px < box[b] || py < box[b + 1] || px > box[b + 2] || py > box[b + 3]) return false;
    let within = false;
    for (let ring = shapeStart[shape]; ring < shapeStart[shape + 1]; ring += 1) {
      const end = ringStart[ring + 1];
      for (let i = ringStart[ring], j = end - 1; i < end; j = i++) {
        if (y[i] > py !== y[j] > py && px < ((x[j] - x[i]) * (py - y[i])) / (y[j] - y[i]) + x[i]) within = !within;
      }
    }
    return within;
  }

  function boundsOf(shape) {
    const [left, top, right, bottom] = store.box.subarray(4 * shape, 4 * shape + 4);
    return L.latLngBounds(latlng(left, bottom), latlng(right, top));
  }

  // A grid of cells over some shapes: cell c holds the members from start[c] on, in their order.
  function gridOf(shapes) {
    const { box } = store;
    const side = Math.max(1, Math.min(256, Math.ceil(Math.sqrt(shapes.length))));
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const shape of shapes) {
      left = Math.min(left, box[4 * shape]);
      top = Math.min(top, box[4 * shape + 1]);
      right = Math.max(right, box[4 * shape + 2]);
      bottom = Math.max(bottom, box[4 * shape + 3]);
    }
    const wide = (right - left) / side || 1;
    const high = (bottom - top) / side || 1;
    const column = (px) => Math.max(0, Math.min(side - 1, Math.floor((px - left) / wide)));
    const row = (py) => Math.max(0, Math.min(side - 1, Math.floor((py - top) / high)));
    const each = (visit) => shapes.forEach((shape, n) => {
      const b = 4 * shape;
      for (let r = row(box[b + 1]); r <= row(box[b + 3]); r += 1) {
        for (let c = column(box[b]); c <= column(box[b + 2]); c += 1) visit(r * side + c, n);
      }
    });
    const start = new Int32Array(side * side + 1);
    each((cell) => { start[cell + 1] += 1; });
    for (let cell = 0; cell < side * side; cell += 1) start[cell + 1] += start[cell];
    const members = new Int32Array(start[side * side]);
    const next = start.slice();
    each((cell, n) => { members[next[cell]++] = n; });
    return (px, py) => {
      const cell = row(py) * side + column(px);
      return members.subarray(start[cell], start[cell + 1]);
    };
  }

  // One piece of a layer: a number, whose facts are looked up in the layer's columns.
  class Piece {
    constructor(layer, n) {
      this.layer = layer;
      this.n = n;
    }
    get town() { return this.layer.pieces.town[this.n]; }
    get style() { return this.layer.pieces.style[this.n]; }
    get shape() { return this.layer.pieces.shape[this.n]; }
    get name() { return data.texts[this.layer.pieces.name[this.n]]; }
    get id() { return this.layer.pieces.id[this.n] || ""; }
    get area() { return this.layer.pieces.area[this.n].split(" ").filter(Boolean); }
    get bounds() { return boundsOf(this.shape); }
    get spot() { return this.layer.spots.get(this.n); }
    get facts() {
      const { words, sentence } = townland;
      const { facts, net, pm } = this.layer.pieces;
      const said = data.groups[facts[this.n]].map((fact) => data.facts[fact]);
      for (const [title, column] of [[words.net, net], [words.pm, pm]]) {
        const value = column[this.n];
        if (value) said.push(sentence(words.fact, { fact: title, value }));
      }
      return said;
    }
  }

  for (const layer of data.layers) {
    const { pieces } = layer;
    layer.features = pieces.shape.map((_shape, n) => new Piece(layer, n));
    layer.spots = new Map(pieces.spots.map(([n, ...place]) => [n, place]));
    // the pieces at a place, those drawn last first
    layer.at = (px, py) => {
      layer.near ||= gridOf(pieces.shape);
      const hits = [];
      for (const n of layer.near(px, py)) if (inside(pieces.shape[n], px, py)) hits.push(layer.features[n]);
      return hits.reverse();
    };
    townland.layers.set(layer.key, layer);
  }

  Object.assign(townland, { store, mercator, latlng, boundsOf, inside });
})();
